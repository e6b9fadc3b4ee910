//! What the supervisors' room holds in its tests: records, findings, days, batches and accounts, each made by its
//! number so that a test can name what it expects; and the ways into the room.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::boards::{self, NOW, TODAY, portrait, print, qualities, resident, signature, user};
use crate::rig::Rig;
use rekam::domain::name::Name;
use rekam::domain::session::{
    Exception, ExceptionReason, FaceAlike, Hit, HitBy, HitId, HitState, PhotoOverride, RecordClass, RecordId, SampleId,
    Slot, SlotMatch,
};
use rekam::domain::user::Role;
use rekam::office::daybook::{DayBook, DayRow, Outcome as Ended, Totals};
use rekam::office::queue::Counters;
use rekam::office::words::{Language, Words};
use rekam::office::zone::Zone;
use rekam::station::counter::*;
use rekam::store::{Account, AuditHead, AuditReport, AuditRow, Batch, BatchState, Break};
use rekam::ui::app::Shown as Screen;
use rekam::ui::keys::Key;
use rekam_hal::{Eye, Finger};
use time::macros::date;
use time::{Duration, OffsetDateTime};

const NAMES: [&str; 14] = [
    "SITI AISYAH CONTOH",
    "BAMBANG SUTRISNO CONTOH",
    "I GUSTI NGURAH RAI CONTOH WIRAATMAJA KUSUMANINGRAT",
    "DEWI LESTARI CONTOH",
    "MUHAMMAD RIZKY CONTOH",
    "KARTINI CONTOH",
    "YOHANES SIMBOLON CONTOH",
    "NYOMAN SARI CONTOH",
    "AGUS SALIM CONTOH",
    "RATNA CONTOH",
    "TEGUH CONTOH",
    "WAYAN CONTOH",
    "PUTRI CONTOH",
    "SLAMET CONTOH",
];

pub fn record(number: usize) -> RecordId {
    RecordId(format!("330301-01-20261123-{number:04}"))
}

pub fn ago(hours: i64) -> OffsetDateTime {
    NOW - Duration::hours(hours)
}

fn exception(slot: Slot, reason: ExceptionReason) -> Exception {
    Exception { slot, reason, evidence: None, note: String::new() }
}

fn exceptions() -> Vec<Exception> {
    vec![
        exception(Slot::Finger(Finger::RightIndex), ExceptionReason::Missing),
        exception(Slot::Eye(Eye::Left), ExceptionReason::EyeDisease),
    ]
}

pub fn pending(number: usize) -> Pending {
    Pending {
        record: record(number),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        since: ago(80 - 6 * number as i64),
        exceptions: if number % 3 == 2 { exceptions() } else { Vec::new() },
        photo_override: None,
        open_hits: usize::from(number == 3),
        own: number == 5,
    }
}

pub fn hit(number: usize, other: &str) -> PendingHit {
    PendingHit {
        record: record(number),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        hit: Hit {
            id: HitId(format!("{}/H1", record(number).0)),
            by: [HitBy::Fingerprint, HitBy::Iris].into(),
            other_nik: "3303101708909002".parse().unwrap(),
            other_record: Some(record(number + 40)),
            score: 7.4,
            matches: [Finger::RightIndex, Finger::LeftIndex]
                .map(|f| SlotMatch { slot: Slot::Finger(f), other: Slot::Finger(f), score: 3.7 })
                .into(),
        },
        other_name: other.into(),
        since: ago(30),
    }
}

pub fn scored(mut pending: PendingHit, score: f32) -> PendingHit {
    pending.hit.score = score;
    pending
}

fn row(number: usize, outcome: Ended) -> DayRow {
    DayRow {
        record: record(number),
        nik: Some(resident().nik),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        class: Some(RecordClass::Register),
        began_at: NOW - Duration::minutes(120 - 8 * number as i64),
        ended_at: NOW - Duration::minutes(116 - 8 * number as i64),
        outcome,
        exceptions: if number == 2 { exceptions() } else { Vec::new() },
        open_hits: usize::from(number == 3),
        batch: (number == 7).then_some(12),
    }
}

pub fn book() -> DayBook {
    let rows = vec![
        row(1, Ended::Recorded),
        row(2, Ended::Recorded),
        row(3, Ended::Recorded),
        row(4, Ended::Rescheduled(date!(2026 - 11 - 30))),
        row(5, Ended::Cancelled("Penduduk pulang sebelum selesai".into())),
        row(6, Ended::Approved),
        row(7, Ended::Exported),
        row(8, Ended::Voided),
        row(9, Ended::Parked),
        row(10, Ended::Open),
        row(11, Ended::Recorded),
        row(12, Ended::Recorded),
    ];
    let totals = Totals::of(&rows);
    DayBook {
        date: TODAY,
        zone: Zone::default(),
        rows,
        totals,
        queue: Counters::default(),
        hits: Vec::new(),
        approvals: Vec::new(),
    }
}

pub fn batch(seq: u32, state: BatchState) -> Batch {
    Batch {
        seq,
        file: format!("REKAM-330301-01-202611{:02}-{seq:04}.tar.zst.age", 10 + seq),
        state,
        sha256: None,
        prev_sha256: None,
        records: 40 + seq,
        begun_at: ago(24),
        committed_at: Some(ago(23)),
        acknowledged_at: None,
    }
}

fn audit_row(seq: u64, kind: &str) -> AuditRow {
    AuditRow {
        seq,
        at: NOW - Duration::minutes(200 - seq as i64),
        actor: "operator".into(),
        device: None,
        kind: kind.into(),
        record: Some(record(1).0),
        body_sha256: [0; 32],
        prev: [0; 32],
        hash: [0; 32],
    }
}

pub fn audit(newest: u64) -> Vec<AuditRow> {
    let kinds = ["sample_accepted", "supervisor-authenticated", "hit_found", "batch-committed", "completed"];
    (newest.saturating_sub(19).max(1)..=newest)
        .rev()
        .map(|seq| audit_row(seq, kinds[seq as usize % kinds.len()]))
        .collect()
}

fn account(id: &str, name: &str, role: Role) -> Account {
    let nip = if role == Role::Operator { String::new() } else { "199008172015032001".into() };
    Account { id: id.into(), name: name.into(), nip, role: role.word().into(), active: true, created_at: ago(900) }
}

pub fn room() -> BackRoom {
    BackRoom {
        supervisor: user("supervisor"),
        book: Arc::new(book()),
        approvals: (1..=14).map(pending).collect(),
        hits: vec![hit(3, "ANAK AGUNG CONTOH"), scored(hit(9, ""), 12.7)],
        review: None,
        batches: vec![batch(12, BatchState::Committed), batch(11, BatchState::Acknowledged)],
        unsent: 3,
        export: None,
        audit: audit(120),
        audit_head: 120,
        chain: None,
        officers: vec![
            account("operator", "OPERATOR LATIHAN", Role::Operator),
            account("supervisor", "SUPERVISOR LATIHAN", Role::Supervisor),
            account("kepala", "KEPALA SEKSI CONTOH", Role::Supervisor),
        ],
    }
}

pub fn bare() -> BackRoom {
    BackRoom {
        book: Arc::new(DayBook { rows: Vec::new(), totals: Totals::default(), ..book() }),
        approvals: Vec::new(),
        hits: Vec::new(),
        batches: Vec::new(),
        unsent: 0,
        audit: Vec::new(),
        audit_head: 0,
        ..room()
    }
}

pub fn with_begun() -> BackRoom {
    BackRoom { batches: vec![batch(13, BatchState::Begun), batch(12, BatchState::Committed)], ..room() }
}

pub fn chain(first_break: Option<(u64, Break)>) -> Option<Arc<AuditReport>> {
    Some(Arc::new(AuditReport { rows: 120, head: AuditHead { seq: 120, hash: [0; 32] }, first_break }))
}

pub fn side(number: usize, id: u64) -> Side {
    let fingers: BTreeMap<Finger, Picture> = Finger::ALL
        .into_iter()
        .filter(|finger| *finger != Finger::RightIndex)
        .map(|finger| (finger, print(id + 10 + u64::from(finger.code()))))
        .collect();
    Side {
        record: Some(record(number)),
        nik: "3303105708909001".into(),
        resident: Some(resident()),
        shown: rekam::station::counter::Shown {
            photo: Some(portrait(id)),
            card: None,
            evidence: None,
            signature: Some(Arc::new(signature())),
            approval: Some(Arc::new(signature())),
            fingers,
            eyes: [(Eye::Right, print(id + 30))].into(),
        },
        qualities: qualities(),
        exceptions: exceptions(),
        photo_override: None,
        evidence_waived: None,
        repainted: false,
    }
}

pub fn other_side() -> Side {
    let mut other = resident();
    other.nik = "3303101708909002".parse().unwrap();
    other.name = Name::try_from("ANAK AGUNG CONTOH".to_owned()).unwrap();
    let shown = rekam::station::counter::Shown::default();
    Side { resident: Some(other), nik: "3303101708909002".into(), shown, ..side(43, 200) }
}

pub fn reviewing(number: usize, others: Vec<Side>) -> BackRoom {
    let base = room();
    let hits = base.hits.iter().filter(|p| p.record == record(number));
    let hits: Vec<_> = hits.map(|p| HitState { hit: p.hit.clone(), verdict: None }).collect();
    BackRoom {
        review: Some(Arc::new(Review {
            this: side(number, 100),
            agreements: agreements(&hits),
            others,
            hits,
            faces: Vec::new(),
        })),
        ..base
    }
}

/// The review of a record whose portrait was answered for.
pub fn remarked() -> BackRoom {
    let mut room = reviewing(1, Vec::new());
    let how = PhotoOverride {
        sample: SampleId("r/3".into()),
        checks: vec!["eyes_open".into(), "backdrop_colour".into()],
        reason: "kelumpuhan wajah".into(),
    };
    let mut review = Review::clone(room.review.as_deref().unwrap());
    review.this.shown.evidence = Some(portrait(180));
    review.this.photo_override = Some(how.clone());
    review.this.repainted = true;
    room.review = Some(Arc::new(review));
    room.approvals[0].photo_override = Some(how);
    room
}

/// The review of a record whose portrait looks like these people.
pub fn resembling(people: usize) -> BackRoom {
    let mut room = reviewing(1, Vec::new());
    let mut review = Review::clone(room.review.as_deref().unwrap());
    let other_nik = "3303101708909002".parse().unwrap();
    review.faces = vec![FaceAlike { other_nik, other_record: None, distance: 0.314, likeness: 0.9899 }; people];
    room.review = Some(Arc::new(review));
    room
}

/// The review of a record about which everything is to be said that can be said of one, each at its longest.
pub fn laden() -> BackRoom {
    let mut room = reviewing(3, Vec::new());
    let mut review = Review::clone(room.review.as_deref().unwrap());
    let note = "ujung jari hilang karena kecelakaan kerja di pabrik, surat keterangan dokter dibawa";
    let fingers = Finger::ALL.into_iter().take(6);
    review.this.exceptions = fingers
        .map(|finger| Exception { note: note.into(), ..exception(Slot::Finger(finger), ExceptionReason::Missing) })
        .collect();
    review.this.photo_override = Some(PhotoOverride {
        sample: SampleId("r/3".into()),
        checks: ["eyes_open", "backdrop_colour", "head_pose_pitch", "head_pose_yaw"].map(Into::into).into(),
        reason: "kelumpuhan wajah sejak lahir; kepala tidak dapat ditegakkan tanpa bantuan pengantar".into(),
    });
    review.this.repainted = true;
    review.this.evidence_waived =
        Some("penduduk menolak tangannya difoto dan diterima setelah ditanya dua kali".into());
    let found = review.hits[0].clone();
    review.hits = vec![found; 3];
    let other_nik = "3303101708909002".parse().unwrap();
    review.faces = vec![FaceAlike { other_nik, other_record: None, distance: 0.314, likeness: 0.9899 }; 4];
    room.review = Some(Arc::new(review));
    room
}

/// Marks on the prints of the matched fingers.
fn agreements(hits: &[HitState]) -> Vec<Vec<Agreement>> {
    let place = |n: u8| (0.3 + 0.04 * f32::from(n % 4) + 0.02 * f32::from(n), 0.25 + 0.05 * f32::from(n));
    let places: Vec<_> = (0..9).map(|n| [place(n), (place(n).0 + 0.05, place(n).1 - 0.04)]).collect();
    let of = |one: &SlotMatch| Agreement { slot: one.slot, other: one.other, places: places.clone() };
    hits.iter().map(|state| state.hit.matches.iter().map(of).collect()).collect()
}

pub fn inside(room: BackRoom) -> Board {
    Board { back_room: Some(Arc::new(room)), ..boards::supervised() }
}

pub fn at_door(board: Board) -> Rig {
    let mut rig = Rig::before(board);
    rig.press(Key::F(4));
    assert_eq!(rig.shown(), Screen::Supervisor);
    rig
}

/// Inside, at the part of this digit.
pub fn at(part: char, room: BackRoom) -> Rig {
    let mut rig = at_door(inside(room));
    rig.press(Key::Char(part));
    rig
}

pub fn say(key: &str, arguments: &[(&str, &str)]) -> String {
    Words::of(Language::Indonesian).say(key, arguments)
}

pub fn press_all(rig: &mut Rig, keys: &[Key]) {
    keys.iter().for_each(|key| rig.press(*key));
}
