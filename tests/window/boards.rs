//! Boards as the counter would publish them, without a counter: every value invented, every run the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use rekam::biometrics::face::{Advice, Backdrop, Background, Report, Verdict as FaceVerdict};
use rekam::domain::codes::*;
use rekam::domain::eligibility::eligibility;
use rekam::domain::name::Name;
use rekam::domain::region::Regions;
use rekam::domain::resident::{Address, Resident, Titles, UnitNumber};
use rekam::domain::session::{
    BackdropSeen, Event, Exception, ExceptionReason, Field, Finding, Findings, Policy, PortraitVerdict, Probe, Purpose,
    RecordClass, RecordId, SampleId, SampleRef, Session, Slot, Step, StepOrder, Wish,
};
use rekam::domain::user::{Role, UserId};
use rekam::station::counter::*;
use rekam::station::health::History;
use rekam::station::job::News;
use rekam::station::portrait::{LiveView, Seen};
use rekam_hal::{Access, Capabilities, DeviceInfo, Eye, Finger, GrayImage, PenPoint, Progress, RgbImage, Signature};
use rekam_simulator::people::finger::{Conditions, Finger as Master};
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use tokio::sync::watch;

pub const TODAY: Date = date!(2026 - 11 - 23);
pub const NOW: OffsetDateTime = datetime!(2026-11-23 02:15 UTC);

/// A resident whose data are all in order.
pub fn resident() -> Resident {
    Resident {
        nik: "3303105708909001".parse().unwrap(),
        kk: "3303101203159001".parse().unwrap(),
        name: Name::try_from("SITI AISYAH CONTOH".to_owned()).unwrap(),
        titles: Titles::default(),
        birthplace: "PURBALINGGA".into(),
        birth_date: date!(1990 - 08 - 17),
        sex: Sex::Female,
        blood_group: BloodGroup::Unknown,
        religion: Religion::Islam,
        marital_status: MaritalStatus::Married,
        relation: FamilyRelation::Wife,
        education: Education::UpperSecondary,
        occupation: Occupation::STUDENT,
        disability: None,
        nationality: Nationality::Indonesian,
        itap_until: None,
        mother_name: Some(Name::try_from("SUMARNI".to_owned()).unwrap()),
        father_name: Some(Name::try_from("BAMBANG CONTOH".to_owned()).unwrap()),
        address: Address {
            street: "JALAN JENDERAL SUDIRMAN NOMOR 123 BLOK C".into(),
            rt: UnitNumber::new(3),
            rw: UnitNumber::new(12),
            hamlet: None,
            village: "3303102001".parse().unwrap(),
            postcode: None,
        },
        status: BasicStatus::Alive,
    }
}

/// The station with an operator at work and nobody at the desk.
pub fn open() -> Board {
    let officer = Officer { id: user("operator"), name: "OPERATOR LATIHAN".into(), role: Role::Operator };
    Board {
        place: Arc::new(Place {
            training: true,
            code: "330301-01".into(),
            office: vec!["PEMERINTAH KABUPATEN CONTOH".into(), "KECAMATAN LATIHAN".into()],
            address: "Jalan Contoh No. 1".into(),
            officers: vec![
                ("operator".into(), "OPERATOR LATIHAN".into(), Some(Role::Operator)),
                ("supervisor".into(), "SUPERVISOR LATIHAN".into(), Some(Role::Supervisor)),
            ],
            ..Place::default()
        }),
        stage: Stage::Open,
        officer: Some(officer),
        devices: Which::ALL.map(device).to_vec(),
        home: Arc::new(Home { day: Some(TODAY), ..Home::default() }),
        health: Health { free_bytes: Some(42_000_000_000), unsent: 3, unapproved: 2, ..Health::default() },
        ..Board::blank()
    }
}

/// The same with a supervisor at work.
pub fn supervised() -> Board {
    let officer = Officer { id: user("supervisor"), name: "SUPERVISOR LATIHAN".into(), role: Role::Supervisor };
    Board { officer: Some(officer), ..open() }
}

pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// A simulated device, ready.
pub fn device(which: Which) -> Device {
    let (id, model) = match which {
        Which::Camera => ("sim-camera", "Virtual photo camera"),
        Which::Pad => ("sim-pad", "SignatureGem 1x5"),
        Which::Scanner => ("sim-scanner", "Virtual fingerprint scanner"),
        Which::Iris => ("sim-iris", "Virtual iris camera"),
    };
    let info = DeviceInfo {
        id: id.into(),
        driver: "replay".into(),
        model: model.into(),
        transport: "virtual".into(),
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { preview: true, enrolment_grade: true, ..Capabilities::default() },
    };
    Device {
        which,
        info: Some(info),
        light: Light::Ready,
        ails: None,
        last_error: None,
        captures: 12,
        retries: 1,
        failures: 0,
        is_testing: false,
        tested: None,
        simulated: true,
        history: History::default(),
        candidates: Vec::new(),
        assigned: None,
        model: None,
    }
}

/// A record that has been opened.
pub fn opened() -> Session {
    opened_under(Policy::default())
}

fn opened_under(policy: Policy) -> Session {
    let what = Session::opening(resident(), RecordClass::Register, StepOrder::default(), policy);
    let event = Event { seq: 0, at: NOW, operator: user("operator"), device: None, what };
    Session::open(RecordId("330301-01-20261123-0007".into()), event).unwrap()
}

/// Follows a wish as the desk would.
pub fn wish(session: &mut Session, wish: Wish) {
    let what = session.decide(wish).unwrap();
    let event = Event { seq: session.next_seq(), at: NOW, operator: user("operator"), device: None, what };
    session.apply(event).unwrap();
}

/// Accepts a sample of a slot.
pub fn accept(session: &mut Session, slot: Slot, quality: u8) {
    let id = SampleId(format!("{}/{}", session.record(), session.next_seq()));
    let sample = SampleRef { id, purpose: Purpose::Slot(slot), quality, sha256: "00".repeat(32), portrait: None };
    wish(session, Wish::Accept { sample });
}

/// What was measured of a portrait in which these checks fail; of none, a good one.
pub fn measured(failed: &[&str], advice: Option<&str>) -> Findings {
    let names =
        ["single_face_present", "head_pose_yaw", "head_pose_pitch", "eyes_open", "sharpness", "backdrop_colour"];
    let line = |name: &str| {
        let pass = !failed.contains(&name);
        Finding { check: name.into(), raw: Some(0.4), score: if pass { 88 } else { 21 }, pass }
    };
    Findings {
        verdict: if failed.is_empty() { PortraitVerdict::Pass } else { PortraitVerdict::Fail },
        faces: 1,
        wanted: Some("blue".into()),
        background: Some(BackdropSeen { class: "blue".into(), score: 91 }),
        eyes: Some([(190.0, 262.0), (290.0, 262.0)]),
        checks: names.into_iter().map(line).collect(),
        advice: advice.map(str::to_owned),
        models: BTreeMap::new(),
    }
}

/// Accepts a portrait with what was measured of it.
pub fn photograph(session: &mut Session, findings: Findings) {
    let id = SampleId(format!("{}/{}", session.record(), session.next_seq()));
    let (purpose, portrait) = (Purpose::Slot(Slot::Photo), Some(Box::new(findings)));
    wish(session, Wish::Accept { sample: SampleRef { id, purpose, quality: 35, sha256: "00".repeat(32), portrait } });
}

/// Leaves a slot empty.
pub fn except(session: &mut Session, slot: Slot, reason: ExceptionReason) {
    let evidence = session.evidence().map(|sample| sample.id.clone());
    wish(session, Wish::Except { exception: Exception { slot, reason, evidence, note: String::new() } });
}

/// Keeps a photo that shows why something is empty.
pub fn show_empty(session: &mut Session, slot: Slot) {
    let id = SampleId(format!("{}/{}", session.record(), session.next_seq()));
    let purpose = Purpose::Evidence(slot);
    wish(
        session,
        Wish::Accept { sample: SampleRef { id, purpose, quality: 100, sha256: "00".repeat(32), portrait: None } },
    );
}

/// Compares at the confirm step.
pub fn compare(session: &mut Session, slot: Slot, score: f32) {
    let id = SampleId(format!("{}/{}", session.record(), session.next_seq()));
    let sample = SampleRef { id, purpose: Purpose::Probe(slot), quality: 70, sha256: "00".repeat(32), portrait: None };
    wish(session, Wish::Probed { probe: Probe { slot, score, matched: score >= 3.0 }, sample });
}

/// A record that stands at the beginning of a step, everything before it done.
pub fn standing_at(step: Step) -> Session {
    standing_under(step, Policy::default())
}

/// The same under other thresholds.
pub fn standing_under(step: Step, policy: Policy) -> Session {
    let mut session = opened_under(policy);
    while session.step() != step {
        fill(&mut session);
        wish(&mut session, Wish::Next);
    }
    session
}

/// Fills the step at which a record stands.
pub fn fill(session: &mut Session) {
    match session.step() {
        Step::Verify => wish(session, Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }),
        Step::Photo => {
            accept(session, Slot::Photo, 100);
            let sample = session.attempts(Slot::Photo).last().unwrap().id.clone();
            wish(session, Wish::ApprovePhoto { sample });
        }
        Step::Signature => accept(session, Slot::Signature, 100),
        Step::Fingerprints => {
            Finger::ALL.iter().zip([82, 75, 66, 58, 44, 88, 71, 63, 90, 52]).for_each(|(finger, quality)| {
                accept(session, Slot::Finger(*finger), quality);
            });
        }
        Step::Iris => Eye::ALL.iter().for_each(|eye| accept(session, Slot::Eye(*eye), 77)),
        Step::Confirm => {}
    }
}

/// The board with this record at the desk; pictures stand for what is filled.
pub fn seated(session: Session) -> Board {
    let resident = session.resident().clone();
    let regions = Regions::embedded();
    let village = regions.path(resident.address.village.as_str());
    let region = village.map_or_else(Default::default, |path| {
        [path.village, path.district, path.regency, path.province].map(str::to_owned)
    });
    let filled = |slot: Slot| session.attempts(slot).next().is_some();
    let shown = Shown {
        photo: filled(Slot::Photo).then(|| portrait(1)),
        card: filled(Slot::Photo).then(|| on_card(2)),
        evidence: session.evidence().map(|_| portrait(3)),
        signature: filled(Slot::Signature).then(|| Arc::new(signature())),
        approval: filled(Slot::Approval).then(|| Arc::new(signature())),
        fingers: Finger::ALL
            .into_iter()
            .filter(|finger| filled(Slot::Finger(*finger)))
            .map(|finger| (finger, print(10 + u64::from(finger.code()))))
            .collect(),
        eyes: Eye::ALL
            .into_iter()
            .filter(|eye| filled(Slot::Eye(*eye)))
            .map(|eye| (eye, print(30 + u64::from(eye.code()))))
            .collect(),
    };
    let seat = Seat {
        doubt: None,
        warnings: resident.warnings(TODAY, regions),
        eligibility: eligibility(&resident, TODAY),
        region,
        today: TODAY,
        next_day: Some(date!(2026 - 11 - 30)),
        ticket: None,
        shown,
        session,
    };
    Board { seat: Some(Arc::new(seat)), check: Check::Searching(126), ..open() }
}

/// The same with a capture under way.
pub fn capturing(session: Session, slot: Slot, aim: Aim, phase: Phase) -> Board {
    let news = match slot {
        _ if aim == Aim::Evidence => News { latest: Some(Progress::Frame(face())), ink: Vec::new() },
        Slot::Photo => News { latest: Some(Progress::Frame(face())), ink: Vec::new() },
        Slot::Signature | Slot::Approval => News { latest: Some(Progress::Waiting), ink: signature().strokes },
        Slot::Finger(_) => News { latest: Some(Progress::GrayFrame(pressed())), ink: Vec::new() },
        Slot::Eye(_) => News { latest: Some(Progress::GrayFrame(ridges())), ink: Vec::new() },
    };
    // The sender may go: the last news stays.
    let (_, live) = watch::channel(news);
    Board { capture: Some(Capture { slot, aim, slap: None, phase, live, portrait: None }), ..seated(session) }
}

/// The same with a preview that was looked at.
pub fn watched(board: Board, view: LiveView) -> Board {
    let (_, portrait) = watch::channel(Some(view));
    let capture = board.capture.clone().map(|capture| Capture { portrait: Some(portrait), ..capture });
    Board { capture, ..board }
}

/// What is seen of the face in the preview.
pub fn view(advice: Option<Advice>, held: f32) -> LiveView {
    let verdict = if advice.is_none() { FaceVerdict::Pass } else { FaceVerdict::Fail };
    let report = Report {
        faces: 1,
        verdict,
        checks: Vec::new(),
        background: Some(Background { class: Backdrop::Blue, score: 90 }),
        eyes: Some([(192.0, 255.0), (288.0, if advice == Some(Advice::HeadUpright) { 275.0 } else { 255.0 })]),
        advice,
        causes: Vec::new(),
    };
    LiveView { seen: Seen { report, face: Some((120.0, 120.0, 240.0, 320.0)) }, size: (480, 640), held, number: 1 }
}

fn face() -> RgbImage {
    let (w, h) = (480_u32, 640_u32);
    let mut pixels = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let (dx, dy) = ((x as f32 - 240.0) / 120.0, (y as f32 - 280.0) / 160.0);
            let skin = dx * dx + dy * dy < 1.0;
            pixels.extend(if skin { [198, 150, 120] } else { [0x00, 0x90, 0xff] });
        }
    }
    RgbImage::new(w, h, pixels).unwrap()
}

/// A finger on the glass, fine enough to be read.
fn pressed() -> GrayImage {
    Master::new(5).capture(&Conditions::typical(5)).with_dpi(500.0)
}

fn ridges() -> GrayImage {
    GrayImage::from_fn(300, 320, |x, y| {
        let (dx, dy) = (x as f32 - 150.0, y as f32 - 160.0);
        let r = (dx * dx + dy * dy).sqrt();
        if r > 120.0 { 245 } else { (100.0 + 90.0 * (r / 1.6).sin()) as u8 }
    })
}

pub fn portrait(id: u64) -> Picture {
    let face = face();
    let rgba = face.pixels().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Picture { id, width: face.width(), height: face.height(), rgba: Arc::new(rgba), sample: None }
}

/// The portrait as it will be on the card.
fn on_card(id: u64) -> Picture {
    let head = Finding { check: "head_size".into(), raw: Some(0.2), score: 90, pass: true };
    let findings = Findings { eyes: Some([(192.0, 255.0), (288.0, 255.0)]), checks: vec![head], ..measured(&[], None) };
    let card = rekam::station::portrait::card(&face(), Some(&findings)).unwrap();
    let rgba = card.pixels().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Picture { id, width: card.width(), height: card.height(), rgba: Arc::new(rgba), sample: None }
}

pub fn print(id: u64) -> Picture {
    let ridges = ridges();
    let rgba = ridges.pixels().iter().flat_map(|&p| [p, p, p, 255]).collect();
    Picture { id, width: ridges.width(), height: ridges.height(), rgba: Arc::new(rgba), sample: None }
}

pub fn signature() -> Signature {
    let stroke = |from: f32, to: f32| {
        (0..40_u32)
            .map(|n| {
                let share = n as f32 / 39.0;
                let x = from + (to - from) * share;
                PenPoint { x, y: 18.0 + 9.0 * (share * 12.0).sin(), t: n * 10, pressure: 1.0 }
            })
            .collect::<Vec<_>>()
    };
    Signature { width_mm: 126.0, height_mm: 37.0, strokes: vec![stroke(12.0, 60.0), stroke(66.0, 110.0)] }
}

/// Qualities by slot, for reviews.
pub fn qualities() -> BTreeMap<Slot, u8> {
    Finger::ALL.into_iter().map(|finger| (Slot::Finger(finger), 50 + finger.code() * 4)).collect()
}
