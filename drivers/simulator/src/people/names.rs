//! Names as Indonesians bear them, from own word lists.
//!
//! Names are the field most often wrong in population data, because customs differ: many older people have one name,
//! Balinese names begin with the order of birth, Batak and Minahasan names end with a clan, Chinese Indonesians may
//! bear a family name. Permendagri 73/2022 asks for Latin letters, at most 60 characters, at least two words and no
//! titles; names given earlier stay valid. Titles are never part of what this module returns.

use super::Dice;

/// The custom a family follows in naming and, loosely, in religion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Custom {
    Javanese,
    Sundanese,
    Malay,
    Minang,
    Bugis,
    Batak,
    Balinese,
    Chinese,
    Florenese,
    Minahasan,
    Foreign,
}

/// Longest name Permendagri 73/2022 allows, in characters.
pub const MAX_NAME: usize = 60;

const JAVANESE_M: &str = "AGUS BAMBANG BUDI DWI EKO HERI JOKO SLAMET SUGENG SUPRI TEGUH TRI WAHYU WIDODO YULIANTO ADI ANDI \
ARIS BAYU CAHYO DANANG DARMAWAN DIMAS DODI EDI FAJAR GALIH GATOT GUNAWAN HADI HARTONO HENDRO IMAM INDRA IRAWAN JATMIKO \
KUKUH LUKITO MULYONO NUGROHO PAMUNGKAS PRASETYO PRAYOGA PUJIANTO PURNOMO RAHARJO RIYANTO RUDI SANTOSO SAPTO SETIAWAN \
SIGIT SUBAGYO SUDARMONO SUHARDI SUKIRNO SULISTYO SUMARNO SUNARTO SUPARMAN SURYONO SUSILO SUTRISNO SUWARNO TARYONO UTOMO \
WAHONO WALUYO WARSITO WIBOWO WICAKSONO WINARTO WISNU YUDHA YUDISTIRA ARYA BAGAS CANDRA DAMAR GILANG HANAFI ILHAM RAKA \
REZA RIZKY SATRIA TAUFIK";
const JAVANESE_F: &str = "ASTUTI DEWI DIAH ENDAH ENDANG ERNAWATI FITRI HANDAYANI HARTATI INDAH ISTIQOMAH KARTINI KUSUMAWATI \
LASTRI LESTARI MARYATI MULYANI MURNI NINGSIH NUR NURYATI PARTINAH PUJI PURWANTI RAHAYU RATNA RETNO RINI SARI SETYOWATI SITI \
SRI SUGIARTI SUHARTI SULASTRI SULISTYOWATI SUMARNI SUMIATI SUNARTI SUPARTI SURYANI SUSANTI SUTINAH TITIK TRI TUTIK UTAMI \
WAHYUNI WARTINI WIDAYATI WIDYA WINARSIH WIWIK WULANDARI YULIANA YULIATI YUNI AYU ANGGRAENI ANISA AULIA CITRA DINDA DYAH \
EKA FEBRIANA GALUH INTAN KARTIKA LARAS MAHARANI MAYA MELATI NABILA NADIA NOVITA OKTAVIA PERMATA PRATIWI PUSPITA RARA SALSA \
SEKAR TIARA WENING";
const SUNDANESE_M: &str = "ASEP UJANG DADANG DEDEN CECEP ENDANG IWAN JAJANG KOSASIH MAMAN NANDANG OMAN RUKMANA SUHERMAN SURYANA \
TATANG TOTO WAWAN YAYAN YUSUF ABDUL AEP AGUNG ATENG DEDI DENI DIDIN ENGKOS GANJAR GINANJAR HERMAWAN HIDAYAT KURNIA KUSNADI \
MULYANA NURJAMAN PERMANA RAMDAN ROHMAN SAEPUDIN SOLIHIN SUGANDI SUPRIATNA SUTISNA USEP WAHYUDIN";
const SUNDANESE_F: &str = "AI CUCU EUIS ENENG IIS IMAS LILIS NENG NENENG ROHAYATI TETI TITIN YANI YETI YUYUN ATIKAH CICIH DEDEH ELIS \
ENOK ENTIN HALIMAH IDA IKA IROH KOKOM KOMALASARI LINA MARIAM MIMIN NANI NINA NURHAYATI NURJANAH OOM RENI ROSITA SITI SUMINAR \
TINTIN WINARTI YULIANTI";
const MALAY_M: &str = "MUHAMMAD AHMAD ABDULLAH ALI AMIR ANWAR ARIFIN AZHAR BAHARUDDIN BURHAN DARWIS FADHIL FAISAL FARHAN FAUZI FIKRI \
HAFIZ HAKIM HAMDAN HAMZAH HARUN HASAN HUSIN IBRAHIM IDRIS IQBAL ISMAIL JAMALUDDIN KAMARUDDIN KHAIRUL LUKMAN MAHMUD MANSUR \
MUKHLIS MUSTAFA NASRUDDIN RAHMAT RAMADHAN RASYID RIDWAN RIFKI ROSYID SALEH SALMAN SYAHRUL SYAIFUL SYAMSUDDIN TAUFIQ UMAR \
USMAN YAHYA YUNUS YUSRAN ZAINAL ZULFIKAR ZULKIFLI";
const MALAY_F: &str = "AISYAH AMINAH AZIZAH FADHILAH FARIDA FATIMAH HABIBAH HAFSAH HALIMAH HASANAH HAYATI JAMILAH KHADIJAH KHAIRUNNISA \
LATIFAH MAHMUDAH MAIMUNAH MARDIAH MARLINA MARYAM MASITAH MURNIATI NABILAH NADIRA NAFISAH NURAINI NURBAITI NURHALIZA NURLAILA \
NURUL RAHMAH RAHMAWATI RAMLAH ROHANI ROSMAWATI RUQAYYAH SAFIRA SALMAH SAODAH SAKINAH SALSABILA SYARIFAH UMI YUSNITA ZAHRA ZAINAB \
ZAKIYAH ZULAIKHA";
const MINANG_M: &str = "AFRIZAL ALFIAN ARMEN ASRIL BOY CHAIRUL DASRIL DONI EFRIZAL ERIZAL FEBRI FIRDAUS HENDRI IRFAN JASMAN JONI MASRI \
NOFRI RINALDI RIZAL ROBI SYAFRIL SYAHRIAL TASRIL WELDI YANDRI YOFRI YULHENDRI ZAINUL ZULHELMI";
const MINANG_F: &str = "AFNI DESMAWATI DESSY ELFITRI ELVIRA ERMAWATI FITRIA GUSNITA HERLINA ISMAYENTI LENI MARTINI MELIZA NELFI NOVIA \
NURSYAMSI RAFNI RENITA ROSNELI SUSI WIRDA YARNI YENI YOSNELI YUSNIDAR ZURAIDA";
const BUGIS_M: &str = "ANDI BASO AMBO BESSE DAENG HAMKA ILYAS JUMRIADI JUNAEDI KAHARUDDIN LATIF MAPPIASSE MUHLIS NASIR NURDIN PALANGKAI \
RUSLI SABRI SAHARUDDIN SULTAN SYARIFUDDIN TAHIR TENRI UDIN WAHAB YAMIN ZUBAIR";
const BUGIS_F: &str = "ANDI BESSE DARMAWATI HASNAH HASNIAR HIJRAWATI INDO JUMRIAH KARTIKA MARWAH MASNI NURHIDAYAH NURMI RAHMATIA RAMLAWATI \
ROSDIANA SAENAB SITTI SURIANI TENRI UPIK WAHIDAH";
const BATAK_M: &str = "BINSAR BONAR DONGAN HASUDUNGAN HOTMAN JANSEN JHON JONGGI JUNIOR LAMHOT MANGASA MARIHOT MARULI OLOAN PANGIHUTAN \
PARLINDUNGAN PARULIAN POLTAK RICARDO ROBERT SAHALA SAHAT SAUT TIGOR TOGAR TUA TUMPAL WALDEMAR";
const BATAK_F: &str = "BASARIA DAME DEBORA DUMA ELISABET ESTER HOTMAIDA JULIANA KRISTINA LAMRIA LASMARIA MARIA MARTHA MERRY NURMALA PESTA RIRIS \
ROMAULI ROSINTA RUTH SARMAULI TIORIDA TIURMA VERONIKA YOHANA";
const MARGA: &str = "SIREGAR NASUTION HARAHAP LUBIS HUTAPEA SIMANJUNTAK SITUMORANG SINAGA SIHOMBING SILALAHI PANJAITAN NAINGGOLAN \
PURBA SARAGIH TAMPUBOLON MANURUNG MARBUN HUTABARAT TOBING GINTING SEMBIRING TARIGAN BARUS POHAN DAULAY RAMBE RITONGA SIMBOLON";
const BALI_M: &str = "ADNYANA AGUNG ARDIKA ARTAWAN ARTHA ASTAWA BUDIARTA DARMA DARMAYASA DHARMAWAN GUNA JAYA KARMA MAHENDRA MERTA OKA PUTRA \
RAI SUARDANA SUARTA SUASTIKA SUDANA SUDARSANA SUDIARTA SUKARMA SUMERTA SUPARTA SURYAWAN SUTAMA WIDANA WIGUNA WIJAYA YASA";
const BALI_F: &str = "ADNYANI ARIANI ARTINI ASIH ASTITI AYU BUDIARTI DARMAYANTI DEWI KARMINI LAKSMI MAHAYANI MIRAH NADI PURNAMI PUSPAWATI RAI \
RATIH SARINI SUARNI SUARTINI SUCIARTI SUKERTI SULASMI SUMIARTI TIRTA WARTINI WIDIANI WIRATI YONI";
const CHINESE_M: &str = "ANDREAS ANTON BENNY BUDIMAN CALVIN DANIEL DAVID EDWIN ERWIN FELIX FERRY HANDOKO HENDRA HENDRIK HERMAN IVAN JASON JIMMY \
JOHAN KEVIN LEONARDO MICHAEL NICO RAYMOND RICKY RONNY RUDY STEVEN SUGIARTO WILLIAM WILSON YOHANES";
const CHINESE_F: &str = "ANGELINA CAROLINE CATHERINE CHRISTINA CINDY ELLEN EVELYN FELICIA FENNY GRACE IRENE JENNIFER JESSICA KAREN LILY LINDA MEGA \
MEILANI MELISA MONICA NATALIA OLIVIA SHERLY SILVIA STEFANI SUSANA VANIA VERONICA VIVIAN YENNY";
const CHINESE_LAST: &str = "WIJAYA TANUWIJAYA HALIM SALIM LIMANTO GUNARDI HARTANTO KURNIAWAN SUSANTO TEDJA WIDJAJA SETIADI GOTAMA TANDEAN \
CHANDRA ONGGARA LESMANA SUTANTO HARSONO BUDIHARJO THE TAN LIM GO KWEE";
const FLORES_M: &str = "ALOYSIUS ANTONIUS BENEDIKTUS BERNARDUS DOMINIKUS FERDINANDUS FRANSISKUS GABRIEL GREGORIUS HENDRIKUS IGNASIUS KANISIUS \
KORNELIS LEONARDUS LUKAS MARSELINUS MARTINUS MIKAEL PAULUS PETRUS SIMON STEFANUS THOMAS VINSENSIUS YAKOBUS YOSEPH";
const FLORES_F: &str = "AGNES ANASTASIA BERNADETA CHATARINA CLARA ELISABETH EMILIANA FLORENTINA FRANSISKA GAUDENSIA HELENA KRISTINA LUSIA MAGDALENA \
MARGARETA MARIA MARTINA MONIKA PAULINA ROSALIA SISILIA TERESIA THERESIA URSULA VERONIKA YULIANA";
const FLORES_LAST: &str = "BEDA BORO DAPA DHAE GEDHO HURINT JEHADUT KELEN KLEDEN LAMAWURAN LAWE LEDA MANEK MBULU NAHAK NGGADAS NONO PARERA RAGA SARE \
SERAN SOGE TUKAN WEA";
const MINAHASA_M: &str = "ALFRED BILLY BRYAN CHRISTIAN DENNY DONALD EDWARD FRANKY FREDY HARRY HENKY JACKSON JAMES JEFRY JERRY JOHNNY MAXI MELKY \
NOLDY RIVAI ROLAND RONALD STENLY STEVY VICKY WELLY WILLEM YOPIE";
const MINAHASA_F: &str = "ANEKE CHERLY CHRISTIN DEITJE DEISY FEIBY FEMMY GLORIA GRETI HELENA INGRID JEANE JOICE JULITA LANNY MARLEN MEIKE MERCY NANCY \
NOVA OLVA SELVIE SHEREN STELLA SWEETLY VONNY YULITA";
const FAM: &str = "LUMENTUT MAMAHIT MANOPPO MANTIRI MOKOGINTA MONGDONG PANGEMANAN PONTOH RATULANGI RONDONUWU RUMENGAN RUNTUWENE SENDUK SONDAKH \
SUMAMPOW TANGKUDUNG TUMBELAKA TUMEWU WALANGITAN WAROUW WENAS WOWOR";
const FOREIGN_M: &str = "ADAM ANTOINE CARLOS DIEGO ERIK FABIO GEORGE HANS HIROSHI JAMES JEAN JOHN KENJI LARS LIAM MARCO MARTIN OLIVER PIETER RAJESH \
SEBASTIAN TAKASHI THOMAS VIKTOR WEI";
const FOREIGN_F: &str = "AKIKO AMELIE ANNA CAMILLE CHARLOTTE ELENA EMMA FREYA HANNA INGE ISABELLA JULIE KATE LAURA LUCIA MARIE MEI NAOMI OLGA PRIYA \
SOFIA SOPHIE YUKI";
const FOREIGN_LAST: &str = "ANDERSEN BAKKER BROWN COLLINS DUBOIS FERRARI FISCHER GARCIA HANSEN IVANOV JOHNSON KOBAYASHI LAURENT MARTIN MEYER MORETTI \
MURPHY NAKAMURA NGUYEN PATEL SANTOS SCHMIDT SILVA TANAKA VAN DIJK WALKER ZHANG";
const MIDDLE: &str = "ANUGRAH PUTRA PUTRI PRATAMA RAMADHAN RAMADHANI SAPUTRA SAPUTRI PERDANA KUSUMA ADHITAMA NUGRAHA MAULANA HIDAYATULLAH FIRMANSYAH \
KURNIAWAN KURNIAWATI SETIAWATI WULANDARI MAHESWARI PRAMUDITA";

const CUSTOMS: [(Custom, u32); 10] = [
    (Custom::Javanese, 40),
    (Custom::Sundanese, 14),
    (Custom::Malay, 11),
    (Custom::Minang, 6),
    (Custom::Bugis, 6),
    (Custom::Batak, 7),
    (Custom::Balinese, 6),
    (Custom::Chinese, 4),
    (Custom::Florenese, 3),
    (Custom::Minahasan, 3),
];

impl Custom {
    /// A custom in proportions roughly as in the country.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        CUSTOMS[dice.weighted(&CUSTOMS.map(|c| c.1))].0
    }

    fn given(self, female: bool) -> &'static str {
        match (self, female) {
            (Self::Javanese, false) => JAVANESE_M,
            (Self::Javanese, true) => JAVANESE_F,
            (Self::Sundanese, false) => SUNDANESE_M,
            (Self::Sundanese, true) => SUNDANESE_F,
            (Self::Malay, false) => MALAY_M,
            (Self::Malay, true) => MALAY_F,
            (Self::Minang, false) => MINANG_M,
            (Self::Minang, true) => MINANG_F,
            (Self::Bugis, false) => BUGIS_M,
            (Self::Bugis, true) => BUGIS_F,
            (Self::Batak, false) => BATAK_M,
            (Self::Batak, true) => BATAK_F,
            (Self::Balinese, false) => BALI_M,
            (Self::Balinese, true) => BALI_F,
            (Self::Chinese, false) => CHINESE_M,
            (Self::Chinese, true) => CHINESE_F,
            (Self::Florenese, false) => FLORES_M,
            (Self::Florenese, true) => FLORES_F,
            (Self::Minahasan, false) => MINAHASA_M,
            (Self::Minahasan, true) => MINAHASA_F,
            (Self::Foreign, false) => FOREIGN_M,
            (Self::Foreign, true) => FOREIGN_F,
        }
    }

    fn last_names(self) -> Option<&'static str> {
        match self {
            Self::Batak => Some(MARGA),
            Self::Chinese => Some(CHINESE_LAST),
            Self::Florenese => Some(FLORES_LAST),
            Self::Minahasan => Some(FAM),
            Self::Foreign => Some(FOREIGN_LAST),
            Self::Javanese | Self::Sundanese | Self::Malay | Self::Minang | Self::Bugis | Self::Balinese => None,
        }
    }

    /// The name a father hands on, where the custom has one.
    pub(crate) fn last_name(self, dice: &mut Dice) -> Option<&'static str> {
        self.last_names().map(|list| word(dice, list))
    }
}

fn word(dice: &mut Dice, list: &'static str) -> &'static str {
    let words: Vec<&'static str> = list.split_whitespace().collect();
    dice.pick(&words).unwrap_or("CONTOH")
}

/// Whom a name is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bearer {
    pub(crate) custom: Custom,
    pub(crate) female: bool,
    pub(crate) birth_year: i32,
    /// 0 for the first child.
    pub(crate) order: usize,
    pub(crate) last: Option<&'static str>,
}

/// A full name: upper-case Latin letters and single spaces, at most [`MAX_NAME`] characters.
pub(crate) fn full_name(dice: &mut Dice, who: Bearer) -> String {
    let list = who.custom.given(who.female);
    let mut words: Vec<&str> = Vec::new();
    match who.custom {
        Custom::Balinese => {
            words.push(if who.female { "NI" } else { "I" });
            words.push(birth_order(dice, who.order));
            words.push(word(dice, list));
        }
        Custom::Malay if !who.female && dice.chance(0.35) => words.extend(["MUHAMMAD", word(dice, list)]),
        _ => words.push(word(dice, list)),
    }
    // One name was usual among the old, and a second became the rule for children.
    let alone = matches!(who.custom, Custom::Javanese | Custom::Sundanese | Custom::Malay | Custom::Bugis)
        && dice.chance(if who.birth_year < 1975 { 0.4 } else { 0.0 });
    if !alone && words.len() < 2 {
        let modern = who.birth_year > 1990 && dice.chance(0.25);
        words.push(word(dice, if modern { MIDDLE } else { list }));
    }
    if who.birth_year > 1998 && dice.chance(0.35) {
        words.push(word(dice, MIDDLE));
    }
    words.extend(who.last);
    words.dedup();
    if words.len() < 2 && !alone {
        words.push("PRATAMA");
    }
    within(&words, MAX_NAME)
}

fn birth_order(dice: &mut Dice, order: usize) -> &'static str {
    match order % 4 {
        0 => dice.one_of(["WAYAN", "PUTU", "GEDE"]),
        1 => dice.one_of(["MADE", "KADEK"]),
        2 => dice.one_of(["NYOMAN", "KOMANG"]),
        _ => "KETUT",
    }
}

/// As many of the words as fit.
fn within(words: &[&str], most: usize) -> String {
    let mut name = String::new();
    for word in words {
        if name.len() + word.len() < most {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
    }
    name
}

/// The name lengthened by further words to exactly `length` characters where the lists allow, else slightly less.
pub(crate) fn lengthened(dice: &mut Dice, name: &str, female: bool, length: usize) -> String {
    let pool: Vec<&str> = [MIDDLE, Custom::Malay.given(female)].iter().flat_map(|l| l.split_whitespace()).collect();
    let mut out = name.to_owned();
    while let Some(room) = length.checked_sub(out.len() + 1).filter(|room| *room >= 3) {
        // Leave either nothing or room for one more word; no word twice while others are left.
        let fits = |w: &&str| w.len() == room || w.len() + 6 <= room;
        let fresh: Vec<&str> = pool.iter().copied().filter(|w| fits(w) && !out.split(' ').any(|o| o == *w)).collect();
        let fits: Vec<&str> = if fresh.is_empty() { pool.iter().copied().filter(fits).collect() } else { fresh };
        let Some(word) = dice.pick(&fits) else { break };
        out.push(' ');
        out.push_str(word);
    }
    out
}

/// Academic and religious titles fitting an education code (domain list: 7 diploma .. 10 doctorate): before, after.
pub(crate) fn titles(dice: &mut Dice, education: u8, muslim: bool, female: bool, age: i32) -> (String, String) {
    let before = match education {
        10 => dice.one_of(["DR.", "PROF. DR."]),
        8 if dice.chance(0.08) => dice.one_of(["DR.", "IR.", "DRG."]),
        _ if muslim && age > 45 && dice.chance(0.1) => {
            if female {
                "HJ."
            } else {
                "H."
            }
        }
        _ => "",
    };
    let after = match education {
        7 => dice.one_of(["A.MD.", "A.MD.KEB.", "A.MD.KEP."]),
        8 => dice.one_of(["S.PD.", "S.KOM.", "S.E.", "S.H.", "S.T.", "S.KM.", "S.AG."]),
        9 => dice.one_of(["M.PD.", "M.M.", "M.KOM.", "M.SI."]),
        10 => "M.SC.",
        _ => "",
    };
    (before.to_owned(), after.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bearer(custom: Custom, female: bool, birth_year: i32) -> Bearer {
        Bearer { custom, female, birth_year, order: 1, last: custom.last_names().and_then(|l| l.split(' ').next()) }
    }

    proptest! {
        #[test]
        fn a_name_has_only_letters_and_fits_the_card(seed in any::<u64>(), female in any::<bool>(), year in 1930i32..2026) {
            let mut dice = Dice::new(seed, 1);
            let name = full_name(&mut dice, bearer(Custom::draw(&mut Dice::new(seed, 2)), female, year));
            prop_assert!(name.len() <= MAX_NAME && !name.is_empty());
            prop_assert!(name.split(' ').all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_uppercase())));
            prop_assert!(year < 1975 || name.contains(' '), "{}", name);
        }

        #[test]
        fn a_lengthened_name_never_passes_its_length(seed in any::<u64>(), length in 20usize..80) {
            let name = lengthened(&mut Dice::new(seed, 3), "SITI AMINAH", true, length);
            prop_assert!(name.len() <= length && name.len() + 6 > length, "{}", name);
        }
    }

    #[test]
    fn customs_show_in_names() {
        let mut dice = Dice::new(1, 1);
        let balinese = full_name(&mut dice, bearer(Custom::Balinese, true, 2005));
        assert!(balinese.starts_with("NI MADE") || balinese.starts_with("NI KADEK"), "{balinese}");
        assert!(full_name(&mut dice, bearer(Custom::Batak, false, 1980)).ends_with("SIREGAR"));
        let alone =
            (0..100).filter(|_| !full_name(&mut dice, bearer(Custom::Javanese, false, 1950)).contains(' ')).count();
        assert!((10..70).contains(&alone), "{alone}");
    }

    #[test]
    fn the_lists_are_clean_and_large() {
        let lists = [
            JAVANESE_M,
            JAVANESE_F,
            SUNDANESE_M,
            SUNDANESE_F,
            MALAY_M,
            MALAY_F,
            MINANG_M,
            MINANG_F,
            BUGIS_M,
            BUGIS_F,
            BATAK_M,
            BATAK_F,
            MARGA,
            BALI_M,
            BALI_F,
            CHINESE_M,
            CHINESE_F,
            CHINESE_LAST,
            FLORES_M,
            FLORES_F,
            FLORES_LAST,
            MINAHASA_M,
            MINAHASA_F,
            FAM,
            MIDDLE,
        ];
        let words: std::collections::BTreeSet<&str> = lists.iter().flat_map(|l| l.split_whitespace()).collect();
        assert!(words.len() > 600, "{}", words.len());
        assert!(words.iter().all(|w| w.bytes().all(|b| b.is_ascii_uppercase())));
    }
}
