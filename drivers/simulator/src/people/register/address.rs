//! Streets, hamlets and places of birth.

use crate::people::Dice;

const STREETS: &str = "MELATI MAWAR ANGGREK KENANGA CEMPAKA DAHLIA FLAMBOYAN BOUGENVILLE TERATAI KAMBOJA SERUNI ASOKA SOKA ALAMANDA \
MANGGA RAMBUTAN DURIAN JAMBU NANGKA SAWO CEMARA BERINGIN JATI MAHONI AKASIA MERPATI KUTILANG CENDRAWASIH ELANG GARUDA RAJAWALI \
KASUARI GELATIK MERAPI SEMERU RINJANI BROMO KELUD MAHAKAM KAPUAS BARITO MUSI SERAYU CITARUM BRANTAS PAHLAWAN PEMUDA VETERAN \
MERDEKA PROKLAMASI KARTINI DIPONEGORO SUDIRMAN GAJAHMADA HASANUDDIN PATTIMURA BALAIDESA PASAR STASIUN KALIBENING";
const HAMLETS: &str = "KRAJAN KRAJAN KIDUL LOR WETAN KULON SUKAMAJU SUKASARI MEKARSARI KARANGANYAR SUMBERSARI TEGALSARI SIDOMULYO SIDODADI MARGASARI";

/// Old or distant districts of first registration: region code and place of birth.
const ELSEWHERE: [(&str, &str); 24] = [
    ("337401", "SEMARANG"),
    ("331001", "KLATEN"),
    ("330101", "CILACAP"),
    ("330201", "BANYUMAS"),
    ("330801", "MAGELANG"),
    ("347101", "YOGYAKARTA"),
    ("340201", "BANTUL"),
    ("357801", "SURABAYA"),
    ("350701", "MALANG"),
    ("350901", "JEMBER"),
    ("317101", "JAKARTA"),
    ("317401", "JAKARTA"),
    ("320101", "BOGOR"),
    ("327301", "BANDUNG"),
    ("320801", "KUNINGAN"),
    ("360301", "TANGERANG"),
    ("127101", "MEDAN"),
    ("137101", "PADANG"),
    ("167101", "PALEMBANG"),
    ("187101", "BANDAR LAMPUNG"),
    ("517101", "DENPASAR"),
    ("617101", "PONTIANAK"),
    ("737101", "MAKASSAR"),
    ("717101", "MANADO"),
];

/// District codes that were dissolved when provinces were split, with the place of birth that goes with them.
const DISSOLVED: [(&str, &str); 4] =
    [("947101", "JAYAPURA"), ("910101", "MERAUKE"), ("910201", "JAYAWIJAYA"), ("927101", "SORONG")];

/// Street and house number.
pub(super) fn street(dice: &mut Dice) -> String {
    let names: Vec<&str> = STREETS.split_whitespace().collect();
    let name = dice.pick(&names).unwrap_or("MELATI");
    let number = dice.between(1, 120);
    match dice.below(8) {
        0 => format!("GG. {name} NO. {number}"),
        1 => format!("DUSUN {name}"),
        2 => format!("JL. RAYA {name} KM. {}", dice.between(1, 12)),
        3 => format!("PERUM {name} INDAH BLOK {}/{}", dice.one_of(["A", "B", "C", "D"]), dice.between(1, 40)),
        _ => format!("JL. {name} NO. {number}"),
    }
}

/// A hamlet, or nothing where a village has none.
pub(super) fn hamlet(dice: &mut Dice) -> String {
    let names: Vec<&str> = HAMLETS.split_whitespace().collect();
    if dice.chance(0.6) { dice.pick(&names).unwrap_or_default().to_owned() } else { String::new() }
}

/// A region of first registration away from here, with the place of birth.
pub(super) fn elsewhere(dice: &mut Dice) -> (&'static str, &'static str) {
    dice.one_of(ELSEWHERE)
}

/// A region code that no longer exists, with the place of birth.
pub(super) fn dissolved(dice: &mut Dice) -> (&'static str, &'static str) {
    dice.one_of(DISSOLVED)
}

/// The place-name part of a regency: "KABUPATEN PURBALINGGA" is "PURBALINGGA", all of Jakarta is "JAKARTA".
pub(super) fn birthplace(regency: &str) -> String {
    let upper = regency.to_uppercase();
    let name = ["KABUPATEN ", "KAB. ", "KOTA ADMINISTRASI ", "KOTA "]
        .iter()
        .find_map(|kind| upper.strip_prefix(kind))
        .unwrap_or(&upper);
    if name.contains("JAKARTA") { "JAKARTA".to_owned() } else { name.to_owned() }
}
