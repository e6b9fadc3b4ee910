//! The audit is read page by page to both its ends, and the outcome of the check of its chain is said in words.

use super::fixtures::{at, audit, chain, inside, press_all, room, say};
use crate::rig::Rig;
use rekam::station::counter::{Act, BackRoom};
use rekam::store::Break;
use rekam::ui::keys::Key;

#[test]
fn the_audit_is_paged_and_its_chain_checked() {
    let mut rig = at('5', room());
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [], "nothing is newer");
    press_all(&mut rig, &[Key::PageDown]);
    assert_eq!(rig.acts(), [Act::ShowAudit(Some(111))]);
    rig.show(inside(BackRoom { audit: audit(110), ..room() }));
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [Act::ShowAudit(None)]);
    rig.show(inside(BackRoom { audit: audit(60), ..room() }));
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [Act::ShowAudit(Some(71))]);
    rig.show(inside(BackRoom { audit: audit(7), ..room() }));
    press_all(&mut rig, &[Key::PageDown]);
    assert_eq!(rig.acts(), [], "nothing is older");
    press_all(&mut rig, &[Key::Char('k')]);
    assert_eq!(rig.acts(), [Act::VerifyChain]);
}

#[test]
fn the_outcome_of_the_chain_check_is_said_in_words() {
    let rig = at('5', BackRoom { chain: chain(None), ..room() });
    assert!(rig.sees(&say("supervisor-chain-sound", &[("count", "120")])));
    let rig = at('5', BackRoom { chain: chain(Some((17, Break::Changed))), ..room() });
    let how = Rig::words("supervisor-break-changed");
    assert!(rig.sees(&say("supervisor-chain-broken", &[("row", "17"), ("how", &how)])));
}
