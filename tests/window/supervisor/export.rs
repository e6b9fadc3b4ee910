//! A batch goes into a named folder, its export can be watched and stopped and says how it ended, and a begun one is
//! discarded only after a question.

use std::path::PathBuf;

use super::fixtures::{at, batch, inside, press_all, room, say, with_begun};
use crate::rig::Rig;
use rekam::batch::Stage as Writing;
use rekam::station::counter::{Act, BackRoom, Export};
use rekam::store::BatchState;
use rekam::ui::keys::Key;

#[test]
fn the_batch_goes_into_the_stations_folder_unless_another_is_typed() {
    let mut rig = at('4', room());
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), [Act::Export(PathBuf::from("outbox"))]);
    rig.show(inside(room()));
    rig.type_into("supervisor-folder", "2");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Export(PathBuf::from("outbox2"))]);
}

#[test]
fn an_empty_folder_gets_a_sentence() {
    let mut rig = at('4', room());
    for _ in 0.."outbox".len() {
        rig.drive(|ui| {
            ui.click(iced_test::selector::id("supervisor-folder"))?;
            let _ = ui.tap_key(iced::keyboard::key::Named::End);
            let _ = ui.tap_key(iced::keyboard::key::Named::Backspace);
            Ok(())
        });
    }
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-folder-missing")));
}

#[test]
fn a_running_export_shows_its_stage_and_escape_stops_it() {
    let export = Some(Export::Running(Writing::ReadingBack, 0.4));
    let mut rig = at('4', BackRoom { export, ..room() });
    assert!(rig.sees(&Rig::words("supervisor-export-reading")));
    assert!(rig.sees("40 %"));
    press_all(&mut rig, &[Key::Enter, Key::Char('1'), Key::Escape]);
    assert_eq!(rig.acts(), [Act::StopExport]);
}

#[test]
fn every_end_of_an_export_is_said() {
    let file = PathBuf::from("/media/usb/REKAM-330301-01-20261123-0013.tar.zst.age");
    let ends = [
        (Export::Written(vec![(file, 3)]), "supervisor-export-written"),
        (Export::Nothing, "supervisor-export-nothing"),
        (Export::Failed, "supervisor-export-failed"),
    ];
    for (export, key) in ends {
        let rig = at('4', BackRoom { export: Some(export), ..room() });
        assert!(rig.sees(&Rig::words(key)), "{key}");
    }
}

#[test]
fn a_begun_batch_is_discarded_only_after_a_question() {
    let mut rig = at('4', room());
    press_all(&mut rig, &[Key::Char('d')]);
    assert!(!rig.sees(&Rig::words("supervisor-discard-follows")), "nothing was begun");
    rig.show(inside(with_begun()));
    press_all(&mut rig, &[Key::Char('d'), Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('d')]);
    // The name stands there without the tail that all batches share.
    assert!(rig.sees(&say("supervisor-discard-ask", &[("file", "330301-01-20261123-0013")])));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [Act::DiscardBegun]);
}

#[test]
fn older_batches_are_a_page_away() {
    let batches = (1..=9).rev().map(|seq| batch(seq, BatchState::Acknowledged)).collect();
    let mut rig = at('4', BackRoom { batches, ..room() });
    let oldest = batch(1, BatchState::Acknowledged).file;
    assert!(!rig.sees(&oldest));
    press_all(&mut rig, &[Key::PageDown, Key::PageDown]);
    assert!(rig.sees(&oldest));
    press_all(&mut rig, &[Key::PageUp]);
    assert!(!rig.sees(&oldest));
}
