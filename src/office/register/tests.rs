//! What an import promises.

use std::io;
use std::ops::ControlFlow;

use super::super::testing::store;
use super::super::words::{Language, Words};
use super::*;
use crate::domain::codes::{Disability, Nationality, Sex};
use crate::store::StoreError;

const HEADER: &str = "NIK,NO_KK,NAMA_LGKP,TMPT_LHR,TGL_LHR,JENIS_KLMIN,GOL_DRH,AGAMA,STAT_KWN,STAT_HBKEL,PDDK_AKH,\
JENIS_PKRJN,PNYDNG_CCT,NAMA_LGKP_IBU,ALAMAT,NO_RT,NO_RW,KODE_POS,NO_PROP,NO_KAB,NO_KEC,NO_KEL,KEWARGANEGARAAN,\
STATUS_DASAR,TGL_AKH_ITAP,STATUS_KTP,KETERANGAN";

fn line(n: usize) -> String {
    format!(
        "330310570890{n:04},3303101203159001,SITI AISYAH,PURBALINGGA,17-08-1990,2,13,1,2,3,5,3,,SUMARNI,\
         \"JALAN CONTOH 1, GANG 2\",3,12,53381,33,3,10,2001,1,1,,2,CONTOH"
    )
}

fn file(lines: impl IntoIterator<Item = String>) -> String {
    std::iter::once(HEADER.to_owned()).chain(lines).map(|line| line + "\n").collect()
}

fn go(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn run(store: &Store, text: &[u8]) -> Result<ImportReport> {
    import(store, text, "test", &mut go)
}

fn count(store: &Store) -> u64 {
    store.call(|db| db.register_count()).unwrap()
}

#[test]
fn a_row_becomes_a_resident_that_is_found_by_nik_and_by_name() {
    let (_dir, store) = store(true);
    let report = run(&store, file([line(9001)]).as_bytes()).unwrap();
    assert_eq!((report.rows, report.accepted, report.refused, report.replaced), (1, 1, 0, 0));
    let resident = lookup(&store, &"3303105708909001".parse().unwrap()).unwrap().unwrap();
    assert_eq!(resident.name.as_str(), "SITI AISYAH");
    assert_eq!((resident.sex, resident.nationality, resident.disability), (Sex::Female, Nationality::Indonesian, None));
    assert_eq!(resident.address.village.as_str(), "3303102001", "the lost zero is put back");
    assert_eq!(resident.address.rt_rw(), "003/012");
    assert_eq!(resident.address.street, "JALAN CONTOH 1, GANG 2");
    assert_eq!(search(&store, "aisyah", 10).unwrap(), [resident]);
    assert_eq!(lookup(&store, &"3303105708909002".parse().unwrap()).unwrap(), None);
}

#[test]
fn every_bad_row_is_refused_with_its_line_and_field_and_the_rest_is_imported() {
    let (_dir, store) = store(true);
    let edits: [(&str, &str, Column); 14] = [
        ("330310570890", "33031057089", Column::Nik),
        ("330310570890", "3.30310570890E+15", Column::Nik),
        ("3303101203159001", "", Column::Kk),
        ("SITI AISYAH", "-", Column::Name),
        (",PURBALINGGA,", ", ,", Column::Birthplace),
        ("17-08-1990", "17/08/1990", Column::BirthDate),
        ("17-08-1990", "31-02-1990", Column::BirthDate),
        (",2,13,1,", ",3,13,1,", Column::Sex),
        (",2,13,1,", ",2,13,8,", Column::Religion),
        (",5,3,,", ",5,100,,", Column::Occupation),
        (",3,12,53381", ",RT 3,12,53381", Column::Rt),
        ("53381", "5338", Column::Postcode),
        (",2001,1,1,", ",20011,1,1,", Column::Village),
        (",2001,1,1,", ",2001,1,5,", Column::Status),
    ];
    let bad = edits.iter().enumerate().map(|(n, (old, new, _))| {
        let changed = line(9001 + n).replacen(old, new, 1);
        assert_ne!(changed, line(9001 + n), "{old}");
        changed
    });
    let report = run(&store, file(bad.chain([line(9900)])).as_bytes()).unwrap();
    assert_eq!((report.rows, report.accepted, report.refused), (15, 1, 14));
    for (refused, (n, (_, _, column))) in report.refusals.iter().zip(edits.iter().enumerate()) {
        assert_eq!((refused.line, refused.column), (n as u64 + 2, *column), "{:?}", refused.reason);
    }
    assert_eq!(count(&store), 1);
}

#[test]
fn a_row_with_another_number_of_fields_is_refused() {
    let (_dir, store) = store(true);
    let report = run(&store, file([line(9001) + ",", line(9002)]).as_bytes()).unwrap();
    assert_eq!(report.accepted, 1);
    assert_eq!(report.refusals[0].reason, Reason::Fields { found: 28, expected: 27 });
}

#[test]
fn the_second_of_two_equal_niks_is_refused_and_names_the_first() {
    let (_dir, store) = store(true);
    let report = run(&store, file([line(9001), line(9002), line(9001)]).as_bytes()).unwrap();
    assert_eq!((report.accepted, report.refused), (2, 1));
    assert_eq!(report.refusals[0].reason, Reason::Repeated { line: 2 });
    assert_eq!((report.refusals[0].line, report.refusals[0].nik.as_deref()), (4, Some("330310******9001")));
}

#[test]
fn a_second_import_replaces_and_says_how_many() {
    let (_dir, store) = store(true);
    run(&store, file([line(9001), line(9002)]).as_bytes()).unwrap();
    let changed = line(9002).replace("SITI AISYAH", "SITI AMINAH");
    let report = run(&store, file([changed, line(9003)]).as_bytes()).unwrap();
    assert_eq!((report.accepted, report.replaced), (2, 1));
    assert_eq!(count(&store), 3);
    assert_eq!(search(&store, "AMINAH", 5).unwrap().len(), 1);
}

#[test]
fn semicolons_a_byte_order_mark_and_other_column_orders_are_understood() {
    let (_dir, store) = store(true);
    let turn = |line: &str| {
        line.replace("\"JALAN CONTOH 1, GANG 2\"", "JALAN CONTOH 1").split(',').rev().collect::<Vec<_>>().join(";")
    };
    let text = format!("\u{feff}{}\r\n{}\r\n;;;;\r\n", turn(HEADER), turn(&line(9001)));
    let report = run(&store, text.as_bytes()).unwrap();
    assert_eq!((report.rows, report.accepted), (1, 1), "{:?}", report.refusals);
}

#[test]
fn words_stand_for_codes() {
    let (_dir, store) = store(true);
    let row = line(9001).replace(",2,13,1,2,3,5,3,,", ",P,-,islam,KAWIN,ISTRI,SLTA/SEDERAJAT,PELAJAR/MAHASISWA,2,");
    let report = run(&store, file([row]).as_bytes()).unwrap();
    assert_eq!(report.accepted, 1, "{:?}", report.refusals);
    let resident = lookup(&store, &"3303105708909001".parse().unwrap()).unwrap().unwrap();
    assert_eq!((resident.sex, resident.disability), (Sex::Female, Some(Disability::Sight)));
}

#[test]
fn a_file_that_is_no_extract_is_refused_as_a_whole_with_the_reason() {
    let (_dir, store) = store(true);
    let fails = |text: &[u8]| run(&store, text).unwrap_err();
    assert!(matches!(fails(b""), OfficeError::EmptyFile));
    assert!(matches!(fails(b"\xff\xfeN\0I\0K\0"), OfficeError::Utf16));
    let without = file([line(9001)]).replace("AGAMA,", "AGAMAN,");
    assert!(matches!(fails(without.as_bytes()), OfficeError::MissingColumn("AGAMA")));
    let twice = file([line(9001)]).replace("AGAMA,", "AGAMA,agama,");
    assert!(matches!(fails(twice.as_bytes()), OfficeError::DoubleColumn("AGAMA")));
    let mut latin = file([line(9001), line(9002)]).into_bytes();
    let place = latin.len() - 100;
    latin[place] = 0xe9;
    assert!(matches!(fails(&latin), OfficeError::NotUtf8 { line: 3 }));
    assert_eq!(count(&store), 0, "the good row before the bad line is not kept");
}

#[test]
fn an_open_quotation_mark_does_not_swallow_the_memory() {
    let (_dir, store) = store(true);
    let endless = io::Cursor::new(file([line(9001)]) + "\"").chain(io::repeat(b'x'));
    let failed = import(&store, endless, "test", &mut go).unwrap_err();
    assert!(matches!(failed, OfficeError::EndlessRow { line: 2 }), "{failed:?}");
    assert_eq!(count(&store), 0);
}

#[test]
fn cancelling_leaves_the_register_as_it_was() {
    let (_dir, store) = store(true);
    run(&store, file([line(9001)]).as_bytes()).unwrap();
    let many = file((1..2_000).map(line)).replace("SITI AISYAH", "SITI AMINAH");
    let mut heard = Vec::new();
    let cancelled = import(&store, many.as_bytes(), "second", &mut |progress| {
        heard.push(progress.rows);
        if progress.rows < 1_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert!(matches!(cancelled, Err(OfficeError::Cancelled)));
    assert_eq!(heard, [256, 512, 768, 1_024]);
    assert_eq!(count(&store), 1);
    assert!(search(&store, "AMINAH", 1).unwrap().is_empty());
}

#[test]
fn a_stick_that_is_pulled_leaves_the_register_as_it_was() {
    struct Pulled;
    impl Read for Pulled {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::NotConnected.into())
        }
    }
    let (_dir, store) = store(true);
    let text = file((1..1_000).map(line));
    let failed = import(&store, text.as_bytes().chain(Pulled), "test", &mut go);
    assert!(matches!(failed, Err(OfficeError::Read(_))));
    assert_eq!(count(&store), 0);
}

#[test]
fn two_thousand_rows_are_imported_in_one_go() {
    let (_dir, store) = store(true);
    let mut last = Progress { rows: 0, bytes: 0 };
    let text = file((1..=2_000).map(line));
    let report = import(&store, text.as_bytes(), "big", &mut |progress| {
        last = progress;
        ControlFlow::Continue(())
    });
    assert_eq!(report.unwrap().accepted, 2_000);
    assert_eq!(last, Progress { rows: 2_000, bytes: text.len() as u64 });
    assert_eq!(count(&store), 2_000);
}

#[test]
fn invented_rows_do_not_enter_a_real_station() {
    let (_dir, store) = store(false);
    let report =
        run(&store, file([line(9001), line(9002).replace("CONTOH\n", "\n").replace(",CONTOH", ",")]).as_bytes());
    let report = report.unwrap();
    assert_eq!((report.accepted, report.refused), (1, 1));
    assert_eq!(report.refusals[0].reason, Reason::Training);
}

#[test]
fn who_has_a_card_is_noted_and_better_knowledge_is_kept() {
    let (_dir, store) = store(true);
    store.call(|db| db.recorded_put("3303105708909002", "2019-08-17", "CARD_ISSUED", "district")).unwrap();
    let has_card = |n| line(n).replace(",1,1,,2,CONTOH", ",1,1,,3,CONTOH");
    let report = run(&store, file([has_card(9001), has_card(9002), line(9003)]).as_bytes()).unwrap();
    assert_eq!((report.accepted, report.recorded), (3, 2));
    let known = |nik: &'static str| store.call(move |db| db.recorded_get(nik)).unwrap().map(|r| r.status);
    assert_eq!(known("3303105708909001").as_deref(), Some("SUDAH REKAM"));
    assert_eq!(known("3303105708909002").as_deref(), Some("CARD_ISSUED"));
    assert_eq!(known("3303105708909003"), None);
}

#[test]
fn the_report_is_written_without_whole_niks() {
    let (_dir, store) = store(true);
    let report = run(&store, file([line(9001).replace("17-08-1990", "kemarin"), line(9002)]).as_bytes()).unwrap();
    let mut out = Vec::new();
    report.write_csv(&mut out, Words::of(Language::Indonesian)).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("2,330310******9001,TGL_LHR,"), "{text}");
    assert!(!text.contains("3303105708909001"), "{text}");
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn an_import_from_within_a_job_is_refused_instead_of_waiting_for_ever() {
    let (_dir, store) = store(true);
    let inner = store.clone();
    let failed = store.call(move |_| Ok(run(&inner, b"NIK\n").unwrap_err())).unwrap();
    assert!(matches!(failed, OfficeError::Store(StoreError::Reentered)));
}

#[test]
fn every_row_of_the_synthetic_register_is_read_as_it_was_meant() {
    use rekam_simulator::people::register::{Day, Place, Rates, generate, to_csv};
    let (_dir, store) = store(true);
    let place = Place {
        village_code: "3303012001".into(),
        village: "CONTOH".into(),
        district: "CONTOH".into(),
        regency: "KABUPATEN CONTOH".into(),
        province: "CONTOH".into(),
        postcode: "53381".into(),
    };
    let today: Day = "2026-11-23".parse().unwrap();
    let rows = generate(7, 300, &[place], today, &Rates::default());
    let report = run(&store, to_csv(&rows).as_bytes()).unwrap();
    assert_eq!((report.accepted, report.refusals.len()), (300, 0), "{:?}", report.refusals.first());
    assert_eq!(report.recorded, rows.iter().filter(|row| row.card_status == 3).count() as u64);
    for row in &rows {
        let found = lookup(&store, &row.nik.parse().unwrap()).unwrap().unwrap();
        assert_eq!(found.name.as_str(), row.name);
        assert_eq!(format_iso(found.birth_date), row.birth_date);
        let codes = (found.sex.code(), found.religion.code(), found.marital_status.code(), found.status.code());
        assert_eq!(codes, (row.sex, row.religion, row.marital, row.basic_status));
        assert_eq!(found.occupation.code(), row.occupation);
        assert_eq!(found.disability.map_or(0, |d| d.code()), row.disability);
        assert_eq!(found.address.village.as_str(), row.village_code);
        let permit = row.permit.as_ref().map(|permit| permit.valid_until.clone());
        assert_eq!(found.itap_until.map(format_iso), permit);
        let titles = [found.titles.before, found.titles.after].map(Option::unwrap_or_default);
        assert_eq!(titles, [row.title_before.clone(), row.title_after.clone()]);
    }
}

#[test]
fn no_file_makes_the_import_panic() {
    use proptest::prelude::*;
    let (_dir, store) = store(true);
    proptest!(ProptestConfig::with_cases(48), |(mut bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0_usize..900, cut in 0_usize..900)| {
        let mut text = file([line(9001), line(9002)]).into_bytes();
        let at = at.min(text.len());
        text.splice(at..(at + cut).min(text.len()), bytes.drain(..));
        let _ = run(&store, &text).is_ok();
    });
}
