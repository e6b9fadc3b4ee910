use std::str::FromStr;

use super::support::*;
use crate::batch::*;

#[test]
fn a_stations_key_survives_storage_and_any_damage_to_it_is_seen() {
    let keys = StationKeys::generate().unwrap();
    let bytes = keys.to_bytes();
    let again = StationKeys::from_bytes(&bytes).unwrap();
    assert_eq!(again.public_key(), keys.public_key());
    assert_eq!(again.public_key().to_file().parse::<PublicKey>().unwrap(), *keys.public_key());
    for at in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 0x40;
        assert_eq!(StationKeys::from_bytes(&damaged).unwrap_err().kind(), ErrorKind::Key, "byte {at}");
        assert!(StationKeys::from_bytes(&bytes[..at]).is_err());
    }
}

#[test]
fn debug_output_never_shows_a_secret() {
    let world = world();
    let shown = format!("{:?} {:?}", world.keys, world.district);
    assert!(!shown.contains("AGE-SECRET-KEY"));
    assert!(shown.contains(&world.keys.public_key().id()));
}

#[test]
fn identities_and_recipients_come_back_from_their_files() {
    let identity = Identity::generate();
    let file = identity.to_file();
    assert_eq!(file.parse::<Identity>().unwrap().recipients(), identity.recipients());
    let recipient = identity.recipients()[0].to_string();
    assert_eq!(recipient.parse::<DistrictKey>().unwrap().to_string(), recipient);
    for bad in ["", "# only a comment", "AGE-SECRET-KEY-1QQQQ", recipient.as_str()] {
        assert!(bad.parse::<Identity>().is_err(), "{bad}");
    }
    for bad in ["", "age1", "age1qqqq", file.as_str(), &recipient[..61]] {
        assert!(bad.parse::<DistrictKey>().is_err(), "{bad}");
    }
}

/// Parses what should parse, gives it back unchanged, and refuses the rest.
fn grammar<T: FromStr + ToString>(good: &[&str], bad: &[&str]) {
    for text in good {
        let parsed = T::from_str(text).unwrap_or_else(|_| panic!("{text} is good"));
        assert_eq!(parsed.to_string(), *text);
    }
    for text in bad {
        assert!(T::from_str(text).is_err(), "{text:?} is bad");
    }
}

#[test]
fn names_follow_their_grammar_to_the_letter() {
    grammar::<BatchName>(
        &["REKAM-317404-01-20261123-0001", "REKAM-000000-99-20240229-9999"],
        &[
            "",
            "rekam-317404-01-20261123-0001",
            "REKAM-317404-01-20261123-0000",
            "REKAM-317404-01-20261123-001",
            "REKAM-317404-01-20261123-00001",
            "REKAM-317404-1-20261123-0001",
            "REKAM-317404-01-20250229-0001",
            "REKAM-317404-01-20261323-0001",
            "REKAM-317404-01-20261123-0001 ",
            "REKAM-31740４-01-20261123-001",
            "REKAM-317404-01-+0261123-0001",
            "../REKAM-317404-01-20261123-0001",
        ],
    );
    grammar::<StationCode>(
        &["317404-01", "000000-00"],
        &["317404", "317404-1", "31740-001", "317404-0a", "-317404-01"],
    );
    grammar::<EntryName>(
        &["record.json", "finger-02.png", "iris-1.png", "signature.json", "a.fmr"],
        &[
            "",
            ".",
            "..",
            "record",
            "record.exe",
            "Record.json",
            "finger_02.png",
            "finger--02.png",
            "-a.png",
            "a-.png",
            "a.b.png",
            "/a.png",
            "../a.png",
            "a/b.png",
            "a\\b.png",
            "a.png\0",
            "a .png",
            "é.png",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png",
        ],
    );
    let hex = "0123456789abcdef0123456789abcdef";
    grammar::<RecordId>(
        &[hex],
        &["", &hex[1..], &hex.to_uppercase(), &format!("{hex}0"), "é123456789abcdef0123456789abcde"],
    );
    grammar::<Digest>(&[&hex.repeat(2)], &[hex, &hex.to_uppercase().repeat(2), &"g".repeat(64)]);
}

#[test]
fn every_error_is_a_sentence_that_says_what_to_do() {
    let world = world();
    let disk = SimDisk::with_free(5);
    let error = world.export_to(&disk, std::path::Path::new("stick"), 10).unwrap_err();
    assert!(error.to_string().starts_with("stick: the batch needs "), "{error}");
    let long = "x".repeat(500).parse::<BatchName>().unwrap_err().to_string();
    assert!(long.len() < 200, "{long}");
}
