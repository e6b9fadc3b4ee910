//! One captured person against everybody held: every slot that both have is compared, the scores are fused, and who
//! scores more than chance allows in a gallery of this size becomes a candidate.

use std::collections::{BTreeMap, BTreeSet};

use super::fusion::fuse;
use super::gallery::{Gallery, Person, PersonRef, Templates};
use crate::biometrics::{fingerprint, iris};
use crate::domain::session::{HitBy, Slot, SlotMatch};

/// A slot of a hit that by itself would pass for a mate among a hundred strangers is named to the supervisor.
const NAMED_SCORE: f32 = 2.0;

/// What one person's comparison gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Every slot compared, with its score.
    pub slots: Vec<SlotMatch>,
}

impl Evidence {
    fn of(&self, wanted: HitBy) -> Vec<f32> {
        self.slots.iter().filter(|m| modality(m.slot) == Some(wanted)).map(|m| m.score).collect()
    }

    /// The strongest of three looks: everything fused, fingers alone, irises alone. Somebody who hides the eyes
    /// behind lenses must not dilute the fingers. Three looks cost log10(3), so that the false match rate stays true.
    pub fn score(&self) -> f32 {
        let all: Vec<f32> = self.slots.iter().map(|m| m.score).collect();
        let [fingers, irises] = [HitBy::Fingerprint, HitBy::Iris].map(|modality| self.of(modality));
        if fingers.is_empty() || irises.is_empty() {
            return fuse(&all);
        }
        let best = fuse(&all).max(fuse(&fingers)).max(fuse(&irises));
        (best - 3.0_f32.log10()).max(0.0)
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
    let threshold = hit_score + (gallery.len().max(1) as f32).log10();
    let irises: Vec<(Slot, iris::Probe)> =
        probe.irises.iter().map(|(slot, template)| (*slot, iris::Probe::new(template))).collect();
    let mut found: Vec<Candidate> = gallery
        .people()
        .iter()
        .take_while(|_| wanted())
        .filter_map(|person| {
            let evidence = compare(&probe.fingers, &irises, person);
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

fn compare(fingers: &[(Slot, fingerprint::Prepared)], irises: &[(Slot, iris::Probe)], person: &Person) -> Evidence {
    let mut views: BTreeMap<Slot, Views> = BTreeMap::new();
    for (slot, probe) in fingers {
        for (_, template) in person.templates.fingers.iter().filter(|(other, _)| other == slot) {
            views.entry(*slot).or_default().add(fingerprint::compare(probe, template).score);
        }
    }
    for (slot, probe) in irises {
        for (_, template) in person.templates.irises.iter().filter(|(other, _)| other == slot) {
            views.entry(*slot).or_default().add(probe.compare(template).score);
        }
    }
    let slots = views.into_iter().map(|(slot, views)| SlotMatch { slot, other: slot, score: views.score() });
    Evidence { slots: slots.collect() }
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
