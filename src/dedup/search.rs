//! One captured person against everybody held: every slot that both have is compared, the scores are fused, and who
//! scores more than chance allows in a gallery of this size becomes a candidate.

use std::collections::{BTreeMap, BTreeSet};

use rekam_hal::{Eye, Finger};

use super::fusion::fuse;
use super::gallery::{Gallery, Person, PersonRef, Templates};
use super::screen::{Screen, UNPROPOSED};
use crate::biometrics::{fingerprint, iris};
use crate::domain::session::{EYES, HitBy, Slot, SlotMatch};

/// A slot of a hit that by itself would pass for a mate among a hundred strangers is named to the supervisor.
const NAMED_SCORE: f32 = 2.0;

/// What one person's comparison gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Every slot compared, with its score.
    pub slots: Vec<SlotMatch>,
    /// How many arrangements of fingers and of irises were looked at; the better of each is in `slots`.
    arrangements: [u32; 2],
}

impl Evidence {
    /// This and what another modality gave.
    fn with(mut self, other: Self) -> Self {
        self.slots.extend(other.slots);
        for (looks, more) in self.arrangements.iter_mut().zip(other.arrangements) {
            *looks += more;
        }
        self
    }

    fn of(&self, wanted: HitBy) -> Vec<f32> {
        self.slots.iter().filter(|m| modality(m.slot) == Some(wanted)).map(|m| m.score).collect()
    }

    /// The strongest of all looks: everything fused, fingers alone, irises alone, each in every arrangement. Somebody
    /// who hides the eyes behind lenses must not dilute the fingers. So many looks cost the logarithm of their number,
    /// so that the false match rate stays true.
    pub fn score(&self) -> f32 {
        let all: Vec<f32> = self.slots.iter().map(|m| m.score).collect();
        let [fingers, irises] = [HitBy::Fingerprint, HitBy::Iris].map(|modality| self.of(modality));
        let best = fuse(&all).max(fuse(&fingers)).max(fuse(&irises));
        let [a, b] = self.arrangements;
        let looks = a * b + a + b;
        (best - (looks.max(1) as f32).log10()).max(0.0)
    }

    /// The modalities that alone would be worth a look at `threshold`; at least the strongest.
    fn by(&self, threshold: f32) -> BTreeSet<HitBy> {
        let looks = [HitBy::Fingerprint, HitBy::Iris].map(|modality| (modality, fuse(&self.of(modality))));
        let strongest = looks[0].1.max(looks[1].1);
        looks.into_iter().filter(|(_, score)| *score >= threshold.min(strongest)).map(|(m, _)| m).collect()
    }
}

fn modality(slot: Slot) -> Option<HitBy> {
    match slot {
        Slot::Finger(_) => Some(HitBy::Fingerprint),
        Slot::Eye(_) => Some(HitBy::Iris),
        Slot::Photo | Slot::Signature | Slot::Approval => None,
    }
}

/// Somebody who may be the captured person.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who, as a reference.
    pub person: PersonRef,
    /// Fused -log10 of the false match rate.
    pub score: f32,
    /// The modalities that point there.
    pub by: BTreeSet<HitBy>,
    /// The slots that point there, best first.
    pub matches: Vec<SlotMatch>,
}

/// Candidates among the gallery, best first. `hit_score` is the threshold for a gallery of one person; the logarithm
/// of the gallery's size is added, so that the chance of a false hit per search stays the same as it grows. The search ends
/// early, with an answer nobody reads, when it is no longer `wanted`.
pub fn search(gallery: &Gallery, probe: &Templates, hit_score: f32, wanted: &dyn Fn() -> bool) -> Vec<Candidate> {
    screened(gallery, probe, hit_score, wanted, &Screen::of(gallery, probe))
}

fn screened(
    gallery: &Gallery,
    probe: &Templates,
    hit_score: f32,
    wanted: &dyn Fn() -> bool,
    screen: &Screen,
) -> Vec<Candidate> {
    let threshold = hit_score + (gallery.len().max(1) as f32).log10();
    let irises: Vec<(Slot, iris::Probe)> =
        probe.irises.iter().map(|(slot, template)| (*slot, iris::Probe::new(template))).collect();
    let mut found: Vec<Candidate> = gallery
        .people()
        .iter()
        .take_while(|_| wanted())
        .filter_map(|person| {
            let fingers = compare_fingers(&probe.fingers, person);
            if screen.leaves_out(person) && fingers.clone().with(unproposed()).score() < threshold {
                return None;
            }
            let evidence = fingers.with(compare_irises(&irises, person));
            let score = evidence.score();
            (score >= threshold).then(|| candidate(person, evidence, score, hit_score))
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.person.cmp(&b.person)));
    found
}

fn candidate(person: &Person, evidence: Evidence, score: f32, hit_score: f32) -> Candidate {
    let by = evidence.by(hit_score);
    let mut matches: Vec<SlotMatch> = evidence.slots.into_iter().filter(|m| m.score >= NAMED_SCORE).collect();
    matches.sort_by(|a, b| b.score.total_cmp(&a.score));
    Candidate { person: person.reference, score, by, matches }
}

/// How the slots of a probe lie on those of somebody else.
#[derive(Clone, Copy)]
enum Arrangement {
    /// Each on its own.
    Labelled,
    /// Right on left: the sides were confused at one of the two captures.
    Mirrored,
}

impl Arrangement {
    const ALL: [Self; 2] = [Self::Labelled, Self::Mirrored];

    fn finger(self, finger: Finger) -> Finger {
        match self {
            Self::Labelled => finger,
            Self::Mirrored => finger.mirrored(),
        }
    }

    fn eye(self, eye: Eye) -> Eye {
        match (self, eye) {
            (Self::Labelled, eye) => eye,
            (Self::Mirrored, Eye::Right) => Eye::Left,
            (Self::Mirrored, Eye::Left) => Eye::Right,
        }
    }

    fn slot(self, slot: Slot) -> Slot {
        match slot {
            Slot::Finger(finger) => Slot::Finger(self.finger(finger)),
            Slot::Eye(eye) => Slot::Eye(self.eye(eye)),
            Slot::Photo | Slot::Signature | Slot::Approval => slot,
        }
    }
}

fn compare_fingers(fingers: &[(Slot, fingerprint::Prepared)], person: &Person) -> Evidence {
    let theirs = &person.templates.fingers;
    let looks = Arrangement::ALL
        .map(|how| arranged(fingers, theirs, how, |probe, template| fingerprint::compare(probe, template).score));
    Evidence { arrangements: [looked(&looks), 0], slots: better(looks) }
}

fn compare_irises(irises: &[(Slot, iris::Probe)], person: &Person) -> Evidence {
    let theirs = &person.templates.irises;
    let looks =
        Arrangement::ALL.map(|how| arranged(irises, theirs, how, |probe, template| probe.compare(template).score));
    Evidence { arrangements: [0, looked(&looks)], slots: better(looks) }
}

/// The most that the irises of somebody can say whom the short codes do not propose.
fn unproposed() -> Evidence {
    let slots = EYES.map(|slot| SlotMatch { slot, other: slot, score: UNPROPOSED });
    Evidence { slots: slots.into(), arrangements: [0, Arrangement::ALL.len() as u32] }
}

fn looked(looks: &[Vec<SlotMatch>]) -> u32 {
    looks.iter().filter(|look| !look.is_empty()).count() as u32
}

/// Every slot of the probe against the one it lies on in this arrangement.
fn arranged<P, T>(
    probes: &[(Slot, P)],
    theirs: &[(Slot, T)],
    how: Arrangement,
    compare: impl Fn(&P, &T) -> f32,
) -> Vec<SlotMatch> {
    let mut views: BTreeMap<Slot, Views> = BTreeMap::new();
    for (slot, probe) in probes {
        for (_, template) in theirs.iter().filter(|(other, _)| *other == how.slot(*slot)) {
            views.entry(*slot).or_default().add(compare(probe, template));
        }
    }
    let matched = |(slot, views): (Slot, Views)| SlotMatch { slot, other: how.slot(slot), score: views.score() };
    views.into_iter().map(matched).collect()
}

/// The arrangement that says more.
fn better([labelled, mirrored]: [Vec<SlotMatch>; 2]) -> Vec<SlotMatch> {
    let fused = |slots: &[SlotMatch]| fuse(&slots.iter().map(|m| m.score).collect::<Vec<_>>());
    if fused(&mirrored) > fused(&labelled) { mirrored } else { labelled }
}

/// Several views of one slot on both sides: the best pair counts, less what so many tries cost (Bonferroni), so that
/// the false match rate stays what the score says.
#[derive(Default)]
struct Views {
    best: f32,
    pairs: u32,
}

impl Views {
    fn add(&mut self, score: f32) {
        self.best = self.best.max(score);
        self.pairs += 1;
    }

    fn score(&self) -> f32 {
        (self.best - (self.pairs.max(1) as f32).log10()).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use rekam_simulator::people::eye::Eye as SyntheticEye;
    use rekam_simulator::people::finger::Finger as SyntheticFinger;

    use super::*;
    use crate::biometrics::fingerprint::{Minutia, MinutiaKind};

    fn finger_template(person: u64, finger: Finger) -> fingerprint::Template {
        let (kind, quality) = (MinutiaKind::Unknown, 0.9);
        let minutiae = SyntheticFinger::minutiae_only(person * 10 + u64::from(finger.code()));
        let minutiae = minutiae.iter().map(|m| Minutia { x: m.x, y: m.y, angle: m.angle, kind, quality });
        fingerprint::Template::from_minutiae(minutiae.collect())
    }

    fn iris_template(person: u64, eye: Eye, moment: u64) -> iris::Template {
        let polar = SyntheticEye::of(person, eye).polar_capture(512, 64, moment);
        iris::encode_polar(512, 64, &polar).unwrap()
    }

    /// A person's templates as the slots were labelled at the capture.
    fn templates(person: u64, fingers: Arrangement, eyes: Arrangement, moment: u64) -> Templates {
        let mut held = Templates::default();
        for finger in [Finger::RightThumb, Finger::RightIndex, Finger::LeftThumb, Finger::LeftIndex] {
            let template = finger_template(person, fingers.finger(finger)).to_bytes();
            held.add(Slot::Finger(finger), &template).unwrap();
        }
        for eye in Eye::ALL {
            let template = iris_template(person, eyes.eye(eye), moment);
            held.add(Slot::Eye(eye), &template.to_bytes()).unwrap();
        }
        held
    }

    fn gallery(people: std::ops::Range<u64>) -> Gallery {
        let mut gallery = Gallery::default();
        for person in people {
            let templates = templates(person, Arrangement::Labelled, Arrangement::Labelled, 1);
            gallery.insert(Person { reference: PersonRef(person as i64), templates });
        }
        gallery
    }

    #[test]
    fn a_person_is_found_also_when_hands_or_eyes_were_confused() {
        let gallery = gallery(0..12);
        for fingers in Arrangement::ALL {
            for eyes in Arrangement::ALL {
                let found = search(&gallery, &templates(5, fingers, eyes, 2), 4.0, &|| true);
                let [candidate] = found.as_slice() else { panic!("{found:?}") };
                assert_eq!(candidate.person, PersonRef(5));
                assert_eq!(candidate.by.len(), 2);
                for matched in &candidate.matches {
                    let how = if matches!(matched.slot, Slot::Finger(_)) { fingers } else { eyes };
                    assert_eq!(matched.other, how.slot(matched.slot));
                }
            }
        }
    }

    /// A threshold that two irises nobody proposed cannot reach, as it is in a large gallery.
    const LARGE: f32 = 6.0;

    /// A gallery in which some lack an eye or all fingers, and some were captured three times.
    fn mixed(people: std::ops::Range<u64>) -> Gallery {
        let mut gallery = Gallery::default();
        for person in people {
            let mut held = templates(person, Arrangement::Labelled, Arrangement::Labelled, 1);
            match person % 5 {
                0 => held.irises.truncate(1),
                1 => held.fingers.clear(),
                2 => (2..4).for_each(|moment| {
                    held.irises.extend(templates(person, Arrangement::Labelled, Arrangement::Labelled, moment).irises);
                }),
                _ => {}
            }
            gallery.insert(Person { reference: PersonRef(person as i64), templates: held });
        }
        gallery
    }

    #[test]
    fn whom_the_short_codes_leave_out_no_full_comparison_would_have_found() {
        let gallery = mixed(0..40);
        for sought in (0..10).chain(100..103) {
            for eyes in Arrangement::ALL {
                let mut probe = templates(sought, Arrangement::Labelled, eyes, 5);
                if sought % 3 == 0 {
                    // Nothing but the irises may find them.
                    probe.fingers.clear();
                }
                let through = Screen::through(&gallery, &probe);
                let found = screened(&gallery, &probe, LARGE, &|| true, &through);
                assert_eq!(found, screened(&gallery, &probe, LARGE, &|| true, &Screen::Everybody));
                assert_eq!(found.len(), usize::from(sought < 100), "{sought}");
                let both = gallery.people().iter().filter(|person| person.templates.irises.len() > 1);
                let left_out = both.clone().filter(|person| through.leaves_out(person)).count();
                assert!(left_out * 2 > both.count(), "the short codes hardly leave anybody out");
            }
        }
    }

    #[test]
    fn a_small_gallery_and_a_person_with_one_eye_are_compared_in_full() {
        let gallery = mixed(0..10);
        let probe = templates(3, Arrangement::Labelled, Arrangement::Labelled, 5);
        assert!(gallery.people().iter().all(|person| !Screen::of(&gallery, &probe).leaves_out(person)));
        let through = Screen::through(&gallery, &probe);
        let one_eyed = gallery.people().iter().filter(|person| person.templates.irises.len() == 1);
        assert!(one_eyed.clone().count() > 0 && one_eyed.clone().all(|person| !through.leaves_out(person)));
    }

    #[test]
    fn whoever_leaves_the_gallery_is_not_found_and_everybody_else_still_is() {
        let mut gallery = mixed(0..12);
        for person in [7, 0, 11, 2, 99] {
            gallery.remove(PersonRef(person));
        }
        let probe = |person| templates(person, Arrangement::Labelled, Arrangement::Labelled, 5);
        for person in 0..12 {
            let probe = probe(person);
            let found = screened(&gallery, &probe, LARGE, &|| true, &Screen::through(&gallery, &probe));
            let names: Vec<i64> = found.iter().map(|candidate| candidate.person.0).collect();
            let expected: Vec<i64> = [person as i64].into_iter().filter(|name| ![7, 0, 11, 2].contains(name)).collect();
            assert_eq!(names, expected);
        }
    }

    #[test]
    fn strangers_are_not_found_in_any_arrangement() {
        let gallery = gallery(0..12);
        for stranger in 100..106 {
            let probe = templates(stranger, Arrangement::Labelled, Arrangement::Labelled, 2);
            assert_eq!(search(&gallery, &probe, 4.0, &|| true), []);
        }
    }

    #[test]
    fn every_further_look_costs_the_logarithm_of_their_number() {
        let slots = vec![SlotMatch { slot: Slot::Eye(Eye::Right), other: Slot::Eye(Eye::Right), score: 5.0 }];
        let score = |arrangements| Evidence { slots: slots.clone(), arrangements }.score();
        assert!((score([0, 1]) - 5.0).abs() < 1e-5);
        assert!((score([0, 2]) - 5.0 + 2.0_f32.log10()).abs() < 1e-5);
        assert!((score([2, 2]) - 5.0 + 8.0_f32.log10()).abs() < 1e-5);
    }
}
