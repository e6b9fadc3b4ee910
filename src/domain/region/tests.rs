//! The embedded table against facts that are not taken from it, and damaged tables against the reader.

use proptest::prelude::*;

use super::*;

fn pack(text: &str) -> Vec<u8> {
    zstd::bulk::compress(text.as_bytes(), 3).unwrap()
}

fn unpack() -> String {
    String::from_utf8(zstd::stream::decode_all(TABLE).unwrap()).unwrap()
}

const NO_DISSOLVED: &[u8] = b"1;2025-01-01;0\n";
const SMALL: &str =
    "1;2025-01-01;1;1;2;3\n11;Satu\n1101;Dua\n110101;Tiga\n+2001;A;12345\n+2002;B\n110102;Empat\n+1001;C\n";

#[test]
fn the_embedded_table_is_whole() {
    let regions = Regions::from_bytes(TABLE, DISSOLVED).unwrap();
    assert_eq!(regions.counts(), [38, 514, 7285, 83_762]);
    assert_eq!(regions.dissolved_count(), 550);
    assert_eq!((regions.version(), regions.valid_from().year()), ("2025.1", 2025));
    assert_eq!(Regions::embedded().counts(), regions.counts());
}

#[test]
fn the_notice_names_the_files_that_are_shipped() {
    use sha2::{Digest, Sha256};
    let notice = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/region/NOTICE"));
    for (name, bytes) in [("regions.txt.zst", TABLE), ("dissolved.txt", DISSOLVED)] {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(notice.contains(&format!("{digest}  {name}")), "{name} is {digest}");
    }
}

#[test]
fn known_places_have_their_names() {
    let regions = Regions::embedded();
    assert_eq!(regions.province("33"), Some("Jawa Tengah"));
    assert_eq!(regions.regency("3303"), Some("Kabupaten Purbalingga"));
    assert_eq!(regions.regency("3173"), Some("Kota Administrasi Jakarta Barat"));
    assert_eq!(regions.regency("9301"), Some("Kabupaten Merauke"));
    assert_eq!(regions.province("96"), Some("Papua Barat Daya"));
    assert_eq!(regions.postcode("1101012001"), Some("23773"));
    let path = regions.path("1101012002").unwrap();
    assert_eq!((path.village, path.district, path.regency), ("Ujong Mangki", "Bakongan", "Kabupaten Aceh Selatan"));
    assert_eq!((path.province, path.postcode), ("Aceh", "23773"));
}

#[test]
fn walking_down_reaches_every_village_once_and_every_parent_exists() {
    let regions = Regions::embedded();
    let mut counts = [0; 4];
    for province in regions.provinces() {
        counts[0] += 1;
        for regency in regions.regencies_of(&province.code) {
            counts[1] += 1;
            assert!(regency.code.starts_with(&province.code));
            for district in regions.districts_of(&regency.code) {
                counts[2] += 1;
                assert!(district.code.starts_with(&regency.code));
                assert_eq!(regions.standing(&district.code), Standing::Current);
                for village in regions.villages_of(&district.code) {
                    counts[3] += 1;
                    let path = regions.path(&village.code).unwrap();
                    assert_eq!(
                        (path.village, path.district, path.regency),
                        (village.name, district.name, regency.name)
                    );
                    assert!(path.postcode.len() == 5 && path.postcode.bytes().all(|b| b.is_ascii_digit()));
                }
            }
        }
    }
    assert_eq!(counts, regions.counts());
}

#[test]
fn codes_of_the_wrong_form_are_simply_unknown() {
    let regions = Regions::embedded();
    for code in ["", "1", "111", "１1", "é1", "33031", "33.03.10", "3303100000000", "+30310", "-1"] {
        assert_eq!(regions.province(code), None, "{code}");
        assert_eq!(regions.district(code), None, "{code}");
        assert_eq!(regions.village(code), None, "{code}");
        assert_eq!(regions.villages_of(code).count(), 0, "{code}");
        assert_eq!(regions.districts_of(code).count(), 0, "{code}");
        assert_eq!(regions.standing(code), Standing::Unknown, "{code}");
    }
}

#[test]
fn dissolved_codes_are_known_by_their_district_or_at_least_their_regency() {
    let regions = Regions::embedded();
    let merauke = Standing::Dissolved { name: "MERAUKE", successor: Some(("930101", "Merauke")) };
    assert_eq!(regions.standing("910101"), merauke);
    let by_regency = Standing::Dissolved { name: "KABUPATEN MERAUKE", successor: Some(("9301", "Kabupaten Merauke")) };
    assert_eq!(regions.standing("910199"), by_regency);
    assert_eq!(regions.standing("911818"), Standing::Dissolved { name: "AYIP", successor: None });
}

#[test]
fn a_table_from_a_file_replaces_the_embedded_one() {
    let regions = Regions::from_bytes(&pack(SMALL), NO_DISSOLVED).unwrap();
    assert_eq!(regions.counts(), [1, 1, 2, 3]);
    assert_eq!(regions.postcode("1101021001"), Some("12345"), "the postcode above holds on");
    assert_eq!(regions.villages_of("110101").map(|v| v.code).collect::<Vec<_>>(), ["1101012001", "1101012002"]);
    let last = SMALL.replace("110102;Empat", "110199;Empat");
    let last = Regions::from_bytes(&pack(&last), NO_DISSOLVED).unwrap();
    assert_eq!(last.districts_of("1101").map(|d| d.code).collect::<Vec<_>>(), ["110101", "110199"]);
    let gone = Regions::from_bytes(&pack(SMALL), b"1;2025-01-01;1\n110199;Lama;110101\n").unwrap();
    let successor = Some(("110101", "Tiga"));
    assert_eq!(gone.standing("110199"), Standing::Dissolved { name: "Lama", successor });
}

#[test]
fn every_damage_is_named() {
    let error = |text: &str| Regions::from_bytes(&pack(text), NO_DISSOLVED).err().unwrap().to_string();
    let table = [
        (SMALL.replace("2025-01-01", "2025-13-01"), "first line"),
        (SMALL.replace(";3\n", ";x\n"), "first line"),
        (SMALL.replace(";1;2;3", ";1;2;4"), "3 villages, its header promises 4"),
        (SMALL.replace("+2002;B\n", ""), "2 villages, its header promises 3"),
        (SMALL.replace("+2002", "+2001"), "line 6 of the region table is wrong (village out of order)"),
        (SMALL.replace("110102", "110101"), "code out of order"),
        (SMALL.replace("1101;Dua\n", ""), "no parent above it"),
        (SMALL.replace("110102;Empat", "120102;Empat"), "no parent above it"),
        (SMALL.replace("110102;Empat", "12;Empat"), "village below a region that is not a district"),
        (SMALL.replace(";12345", ""), "no postcode yet"),
        (SMALL.replace(";12345", ";1234"), "postcode is not five digits"),
        (SMALL.replace(";12345", ";12345;"), "too many fields"),
        (SMALL.replace("+2001", "+٢٠"), "village code is not four digits"),
        (SMALL.replace("Empat", " Empat"), "name empty"),
        (SMALL.replace('\n', "\r\n"), "first line"),
        (SMALL.trim_end().to_owned(), "middle of a line"),
    ];
    for (text, expected) in table {
        assert!(error(&text).contains(expected), "{expected}: {}", error(&text));
    }
    assert!(matches!(Regions::from_bytes(b"", NO_DISSOLVED), Err(RegionError::Unpack(_) | RegionError::CutShort)));
    assert!(matches!(Regions::from_bytes(b"no zstd", NO_DISSOLVED), Err(RegionError::Unpack(_))));
    for dissolved in ["", "1;2025-01-01;1\n", "1;2025-01-01;1\n110101;Tiga;\n", "1;2025-01-01;1\n110199;Lama;990101\n"]
    {
        assert!(Regions::from_bytes(&pack(SMALL), dissolved.as_bytes()).is_err(), "{dissolved}");
    }
}

#[test]
fn a_bomb_does_not_fill_the_memory() {
    let bomb = zstd::bulk::compress(&vec![b'1'; 64 << 20], 3).unwrap();
    assert!(matches!(Regions::from_bytes(&bomb, NO_DISSOLVED), Err(RegionError::TooLarge)));
}

#[test]
fn a_cut_embedded_table_is_refused() {
    let text = unpack();
    let cut: String = text.lines().take(50_000).map(|line| format!("{line}\n")).collect();
    assert!(matches!(Regions::from_bytes(&pack(&cut), DISSOLVED), Err(RegionError::Count { .. })));
    assert!(Regions::from_bytes(TABLE.get(..TABLE.len() / 2).unwrap(), DISSOLVED).is_err());
}

proptest! {
    #[test]
    fn damage_never_panics(at in 0..SMALL.len(), with in "\\PC|\n|;|\\+", gone in "[0-9;a-z\n+-]{0,40}") {
        let mut text = SMALL.to_owned();
        text.replace_range(at..=at, &with);
        if let Ok(regions) = Regions::from_bytes(&pack(&text), gone.as_bytes()) {
            prop_assert_eq!(regions.counts()[3], 3);
        }
        if let Ok(regions) = Regions::from_bytes(&pack(&text), NO_DISSOLVED) {
            for district in ["110101", "110102"] {
                prop_assert!(regions.villages_of(district).all(|village| !village.name.is_empty()));
            }
        }
    }

    #[test]
    fn no_code_makes_a_lookup_panic(code in "\\PC{0,12}") {
        let regions = Regions::embedded();
        let _ = (regions.province(&code), regions.regency(&code), regions.district(&code));
        let _ = (regions.path(&code), regions.postcode(&code), regions.standing(&code));
        prop_assert!(regions.villages_of(&code).all(|v| regions.village(&v.code).is_some()));
    }
}
