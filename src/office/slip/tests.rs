//! What the papers promise. `REKAM_SLIPS=DIR` keeps the PDFs for looking at; with `pdftotext` on the path their text
//! is read back by a program that is not ours, and `REKAM_PEERS=require` makes that a duty.

use std::process::Command;

use time::macros::{date, datetime};

use super::*;
use crate::domain::session::{Correction, Exception, ExceptionReason, Field, RecordId};
use crate::office::daybook::{DayBook, DayRow, Outcome, Totals, Waiting};
use crate::office::queue::Counters;

const LONG: &str = "MUHAMMAD ABDURRAHMAN WIRAATMADJAKUSUMA NEGARADININGRAT SASTRO";

fn head(training: bool, language: Language) -> Letterhead {
    Letterhead {
        office: vec!["PEMERINTAH KABUPATEN PURBALINGGA".into(), "KECAMATAN KEMANGKON".into()],
        address: "Jalan Raya Kemangkon Nomor 1, Purbalingga 53381, telepon (0281) 000000".into(),
        station: "330301-01".into(),
        zone: Zone::Wib,
        training,
        printed_at: datetime!(2026-11-23 02:11 UTC),
        language,
    }
}

fn officer() -> Officer {
    Officer { name: "Sri Wahyuningsih, S.Kom.".into(), nip: "000000000000000000".into() }
}

fn exception(slot: Slot, reason: ExceptionReason) -> Exception {
    Exception { slot, reason, evidence: None, note: String::new() }
}

fn exceptions() -> Vec<Exception> {
    vec![
        exception(Slot::Finger(Finger::LeftRing), ExceptionReason::Missing),
        exception(Slot::Finger(Finger::LeftLittle), ExceptionReason::Missing),
        exception(Slot::Eye(Eye::Left), ExceptionReason::EyeDisease),
    ]
}

fn sample_proof(name: &str) -> Proof {
    let exceptions = exceptions();
    let all = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    let taken = all.chain([Slot::Photo, Slot::Signature, Slot::Approval]);
    Proof {
        record: RecordId("330301-01-20261123-0042".into()),
        nik: "3303015708909001".parse().unwrap(),
        name: name.into(),
        at: datetime!(2026-11-23 02:10 UTC),
        taken: taken.filter(|slot| exceptions.iter().all(|exception| exception.slot != *slot)).collect(),
        exceptions,
        operator: officer(),
    }
}

fn sample_again() -> Again {
    let correction = |field, old: &str, new: &str, document: &str| Correction {
        field,
        old: old.into(),
        new: new.into(),
        document: document.into(),
    };
    Again {
        record: RecordId("330301-01-20261123-0043".into()),
        nik: "3303015708909001".parse().unwrap(),
        name: "SITI AISYAH CONTOH".into(),
        corrections: vec![
            correction(Field::BirthDate, "17-08-1990", "18-07-1990", "Kutipan akta kelahiran 3303-LT-00000000-0000"),
            correction(
                Field::Address,
                "JALAN CONTOH 1",
                "GANG KAMPUNG BARU DI BELAKANG BALAI DESA LAMA NOMOR 117 BLOK C SEBELAH UTARA LAPANGAN SEPAK BOLA RT 003 RW 012",
                "Kartu keluarga",
            ),
        ],
        place: String::new(),
        date: date!(2026 - 12 - 01),
        hour: "08.00–10.00".into(),
        operator: officer(),
        at: datetime!(2026-11-23 02:11 UTC),
    }
}

fn sample_day(count: usize) -> DayBook {
    let outcomes = [
        Outcome::Recorded,
        Outcome::Approved,
        Outcome::Exported,
        Outcome::Rescheduled(date!(2026 - 12 - 01)),
        Outcome::Cancelled("Penduduk menolak difoto tanpa kacamata".into()),
        Outcome::Parked,
    ];
    let rows: Vec<DayRow> = (0..count)
        .map(|n| DayRow {
            record: RecordId(format!("330301-01-20261123-{:04}", n + 1)),
            nik: format!("330301570890{:04}", 9001 + n).parse().ok(),
            name: if n % 7 == 3 { LONG.into() } else { format!("PENDUDUK CONTOH {}", n + 1) },
            class: None,
            began_at: datetime!(2026-11-23 01:00 UTC) + time::Duration::minutes(4 * n as i64),
            ended_at: datetime!(2026-11-23 01:04 UTC) + time::Duration::minutes(4 * n as i64),
            outcome: outcomes[n % outcomes.len()].clone(),
            exceptions: if n % 9 == 2 { exceptions() } else { Vec::new() },
            open_hits: usize::from(n == 1),
            batch: (n % outcomes.len() == 2).then_some(7),
        })
        .collect();
    let waiting = |n: usize, hours: i64| Waiting {
        record: RecordId(format!("330301-01-20261123-{n:04}")),
        since: datetime!(2026-11-23 01:00 UTC),
        age: time::Duration::hours(hours),
    };
    DayBook {
        date: date!(2026 - 11 - 23),
        zone: Zone::Wib,
        totals: Totals::of(&rows),
        rows,
        queue: Counters { drawn: count, done: count, ..Counters::default() },
        hits: vec![waiting(2, 3)],
        approvals: vec![waiting(1, 50), waiting(8, 0)],
    }
}

/// Keeps the file when asked and checks what every PDF must have.
fn keep(name: &str, pdf: &[u8]) {
    assert!(pdf.starts_with(b"%PDF-"), "{name}");
    assert!(pdf.trim_ascii_end().ends_with(b"%%EOF"), "{name}");
    if let Some(dir) = std::env::var_os("REKAM_SLIPS") {
        std::fs::write(std::path::Path::new(&dir).join(name), pdf).unwrap();
    }
}

/// The words of a PDF, one page after another; `None` without the peer.
fn read(pdf: &[u8]) -> Option<Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let (file, text) = (dir.path().join("slip.pdf"), dir.path().join("slip.txt"));
    std::fs::write(&file, pdf).unwrap();
    match Command::new("pdftotext").arg("-layout").args([&file, &text]).status() {
        Ok(status) => assert!(status.success(), "pdftotext refuses the file"),
        Err(error) if std::env::var("REKAM_PEERS").is_ok_and(|peers| peers == "require") => {
            panic!("pdftotext is required: {error}")
        }
        Err(_) => {
            eprintln!("skipped: no pdftotext on the path");
            return None;
        }
    }
    let text = std::fs::read_to_string(text).unwrap();
    Some(text.split_terminator('\u{c}').map(|page| page.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
}

#[test]
fn the_proof_says_who_where_when_and_what_and_hides_the_nik() {
    let pdf = proof(&head(false, Language::Indonesian), &sample_proof("SITI AISYAH CONTOH, S.Pd.")).unwrap();
    keep("bukti.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    let [page] = pages.as_slice() else { panic!("{} pages", pages.len()) };
    for words in [
        "BUKTI PEREKAMAN KTP-EL",
        "330301-01-20261123-0042",
        "330301******9001",
        "SITI AISYAH CONTOH, S.Pd.",
        "23-11-2026 09:10 WIB",
        "BIO_CAPTURED",
        "8 dari 10 direkam",
        "Tidak ada: jari manis kiri, kelingking kiri (X01)",
        "GRATIS",
        "NIP 000000000000000000",
        "Cap dinas",
    ] {
        assert!(page.contains(words), "{words} is not in: {page}");
    }
    assert!(!page.contains("3303015708909001") && !page.contains("LATIHAN"), "{page}");
}

#[test]
fn a_name_of_sixty_letters_is_printed_whole() {
    assert!(LONG.chars().count() >= 60);
    let pdf = proof(&head(true, Language::Indonesian), &sample_proof(LONG)).unwrap();
    keep("bukti-latihan.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    assert_eq!(pages.len(), 1);
    for word in LONG.split(' ') {
        assert!(pages[0].contains(word), "{word}: {}", pages[0]);
    }
}

#[test]
fn training_is_marked_across_every_page() {
    let day = sample_day(30);
    let papers = |training| {
        let head = head(training, Language::Indonesian);
        [proof(&head, &sample_proof(LONG)), again(&head, &sample_again()), day_list(&head, &day, None)]
    };
    for (marked, plain) in papers(true).into_iter().zip(papers(false)) {
        // Letters that stand aslant are no words to a reader of lines, so their count is what tells.
        let (Some(marked), Some(plain)) = (read(&marked.unwrap()), read(&plain.unwrap())) else { return };
        assert_eq!(marked.len(), plain.len());
        for (marked, plain) in marked.iter().zip(&plain) {
            assert_eq!(letters(marked), letters(plain) + "CONTOH/LATIHAN".len());
        }
    }
}

fn letters(page: &str) -> usize {
    page.chars().filter(|c| !c.is_whitespace()).count()
}

#[test]
fn the_notice_names_the_wrong_field_the_place_and_the_new_day() {
    let pdf = again(&head(false, Language::Indonesian), &sample_again()).unwrap();
    keep("jadwal-ulang.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    assert_eq!(pages.len(), 1);
    for words in ["Tanggal lahir", "17-08-1990", "18-07-1990", "Selasa, 01-12-2026", "SIAK", "08.00–10.00", "GRATIS"]
    {
        assert!(pages[0].contains(words), "{words} is not in: {}", pages[0]);
    }
    for word in sample_again().corrections[1].new.split(' ') {
        assert!(pages[0].contains(word), "{word} is cut off");
    }
}

#[test]
fn a_notice_with_every_field_wrong_goes_on_on_further_pages() {
    let mut notice = sample_again();
    let wrong = notice.corrections[1].clone();
    notice.corrections = Field::ALL.map(|field| Correction { field, ..wrong.clone() }).to_vec();
    let pdf = again(&head(false, Language::English), &notice).unwrap();
    keep("every-field.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    let [first, .., last] = pages.as_slice() else { panic!("{} pages", pages.len()) };
    let count = pages.len();
    assert!(first.contains(&format!("page 1 of {count}")) && last.contains(&format!("page {count} of {count}")));
    for field in Field::ALL {
        let name = Words::of(Language::English).get(again::field_key(field));
        assert!(pages.iter().any(|page| page.contains(&name)), "{name}");
    }
    assert!(last.contains("Tuesday, 01-12-2026") && last.contains("NIP"), "{last}");
}

#[test]
fn the_day_list_has_every_record_once_and_its_head_on_every_page() {
    let day = sample_day(70);
    let pdf = day_list(&head(false, Language::Indonesian), &day, Some(&officer())).unwrap();
    keep("rekap.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    assert!(pages.len() > 2, "{}", pages.len());
    let all = pages.join(" ");
    for row in &day.rows {
        let listed = all.matches(&row.record.0).count();
        let waiting = day.hits.iter().chain(&day.approvals).filter(|waiting| waiting.record == row.record).count();
        assert_eq!(listed, 1 + waiting, "{}", row.record);
    }
    assert!(pages[..3].iter().all(|page| page.contains("Nomor rekaman")));
    for words in ["Senin, 23-11-2026", "11 Penduduk menolak", "sudah 2 hari", "sudah 3 jam", "batch 0007"] {
        assert!(all.contains(words), "{words} is not in: {all}");
    }
}

#[test]
fn an_empty_day_is_a_page_too() {
    let pdf = day_list(&head(false, Language::English), &sample_day(0), None).unwrap();
    keep("empty-day.pdf", &pdf);
    let Some(pages) = read(&pdf) else { return };
    assert!(pages.len() == 1 && pages[0].contains("Nothing was recorded"), "{pages:?}");
}

#[test]
fn the_code_names_the_record_and_nobody() {
    let record = RecordId("330301-01-20261123-0042".into());
    let code = code_of(&record);
    assert_eq!(record_of_code(&code), Some(record));
    assert_eq!(code.split(' ').count(), 3);
    for n in 0..code.len() {
        let mut damaged = code.clone().into_bytes();
        damaged[n] = if damaged[n] == b'9' { b'8' } else { b'9' };
        assert_eq!(record_of_code(&String::from_utf8(damaged).unwrap()), None, "place {n}");
    }
    assert_eq!(record_of_code(""), None);
}

#[test]
fn no_text_makes_the_papers_fail() {
    let mut strange = sample_proof("\u{1f600} 漢字 \u{0}\n\t\u{202e}Ünïcödé \"quoted\" (paren) \\ %");
    strange.operator.name = "X".repeat(400);
    let mut head = head(true, Language::Indonesian);
    head.office = vec!["W".repeat(300)];
    keep("strange.pdf", &proof(&head, &strange).unwrap());
    head.office = Vec::new();
    head.address = String::new();
    assert!(proof(&head, &strange).is_ok());
}
