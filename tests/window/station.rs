//! A real station: made on the setup screens' wish, opened by its officers, and never mistaken for a training one.

use rekam::batch::Identity;
use rekam::domain::user::Role;
use rekam::station::Models;
use rekam::station::counter::{
    Act, CounterError, Light, Line, NewOfficer, Passphrase, SetupFault, SetupPlan, Stage, Start, start,
};
use rekam::station::plugged::{ChoicesError, IRIS_FILE};

use crate::counter::{done, until};

fn officer(id: &str, role: Role) -> NewOfficer {
    let passphrase = Passphrase::new("rahasia-sekali");
    NewOfficer { id: id.into(), name: id.to_uppercase(), nip: String::new(), role, passphrase }
}

fn plan(recipient: String) -> SetupPlan {
    SetupPlan {
        region: "330302".into(),
        station: 4,
        office: vec!["PEMERINTAH KABUPATEN PURBALINGGA".into(), "KECAMATAN BUKATEJA".into()],
        address: "Jalan Raya 1".into(),
        zone: "WIB".into(),
        recipients: vec![recipient],
        officers: vec![officer("sri", Role::Supervisor), officer("tono", Role::Operator)],
    }
}

fn refused(line: &Line, plan: SetupPlan) -> Option<SetupFault> {
    let number = line.tell(Act::Provision(Box::new(plan)));
    let board = until(line, "the refusal", |board| board.answered >= number);
    assert_eq!(board.stage, Stage::Unprovisioned, "a refused plan leaves the form open");
    match board.trouble.as_ref().map(|trouble| trouble.error.as_ref()) {
        Some(CounterError::Setup(fault)) => Some(*fault),
        _ => None,
    }
}

#[test]
fn a_station_is_made_from_a_good_plan_only_and_opens_for_its_officers() {
    let dir = tempfile::tempdir().unwrap();
    let recipient = Identity::generate().recipients()[0].to_string();
    let here = Start { dir: dir.path().join("station"), models: Models::Embedded, setup: true };
    let (line, thread) = start(here.clone()).unwrap();
    until(&line, "the form", |board| board.stage == Stage::Unprovisioned);
    let good = plan(recipient);
    assert_eq!(refused(&line, SetupPlan { region: "999999".into(), ..good.clone() }), Some(SetupFault::Region));
    assert_eq!(
        refused(&line, SetupPlan { recipients: vec!["age1x".into()], ..good.clone() }),
        Some(SetupFault::Recipient)
    );
    let nobody = SetupPlan { officers: vec![officer("tono", Role::Operator)], ..good.clone() };
    assert_eq!(refused(&line, nobody), Some(SetupFault::NoSupervisor));
    done(&line, Act::ClearTrouble);
    let board = done(&line, Act::Provision(Box::new(good)));
    assert_eq!(board.stage, Stage::Closed);
    assert_eq!((board.place.code.as_str(), board.place.training), ("330302-04", false));
    assert!(board.rules.policy.faces, "faces are compared unless an office decides otherwise");
    drop(line);
    thread.join().unwrap();

    // Made once, it is not made again; and without `setup` it opens for those who know a passphrase.
    let (line, thread) = start(here.clone()).unwrap();
    until(&line, "the refusal to make it twice", |board| board.stage == Stage::Broken);
    drop(line);
    thread.join().unwrap();
    let (line, thread) = start(Start { setup: false, ..here }).unwrap();
    let board = until(&line, "the login", |board| board.stage == Stage::Closed);
    assert!(!board.place.training);
    let number = line.tell(Act::Login { user: "tono".into(), passphrase: Passphrase::new("latihan") });
    let board = until(&line, "the wrong passphrase", |board| board.answered >= number);
    assert!(board.trouble.is_some() && board.stage == Stage::Closed && board.officer.is_none());
    done(&line, Act::ClearTrouble);
    let board = done(&line, Act::Login { user: "tono".into(), passphrase: Passphrase::new("rahasia-sekali") });
    assert_eq!(board.officer.as_ref().map(|officer| officer.role), Some(Role::Operator));
    assert_eq!(board.place.office.len(), 2);
    // Nothing is simulated here: without a device its light is out.
    assert!(board.devices.iter().all(|device| !device.simulated && device.light == Light::Missing));
    drop(line);
    thread.join().unwrap();

    // A list of cameras that cannot be read costs the station its cameras and nothing else, and it is told.
    std::fs::write(dir.path().join("station").join(IRIS_FILE), "{]").unwrap();
    let (line, thread) =
        start(Start { dir: dir.path().join("station"), models: Models::Embedded, setup: false }).unwrap();
    until(&line, "the login", |board| board.stage == Stage::Closed);
    let number = line.tell(Act::Login { user: "tono".into(), passphrase: Passphrase::new("rahasia-sekali") });
    let board = until(&line, "the login with a fault", |board| board.answered >= number);
    let error = board.trouble.as_ref().map(|trouble| trouble.error.clone());
    assert!(matches!(error.as_deref(), Some(CounterError::Devices(ChoicesError::Iris(_)))), "{error:?}");
    assert_eq!(board.stage, Stage::Open);
    drop(line);
    thread.join().unwrap();
}
