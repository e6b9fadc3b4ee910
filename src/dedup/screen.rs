//! Whose irises are worth the full comparison? The short codes say so, for everybody at once.
//!
//! The full comparison looks at one iris in 40 microseconds; an exact search of the short codes
//! ([`crate::biometrics::iris::search`]) at one in less than one, all 128 rotations included. So in a large gallery the
//! short codes propose, and only whom they propose is compared in full; what the full comparison says stands.
//!
//! What it costs is people whom the short codes do not propose. One iris alone would cost too much: of the mates that
//! the full comparison finds, a few in a thousand are far apart in the short codes. Both eyes of a person are not: a
//! proposal by either one brings both to the full comparison, and whoever has not both eyes on either side is always
//! compared in full. Nor is anybody left out whom the fingers could make a candidate together with irises of the score
//! [`UNPROPOSED`].
//!
//! All visits with both eyes against all others, by the limit on the distance (November 2026):
//!
//! | | CASIA-IrisV4-Interval | MMU1 |
//! |---|---|---|
//! | mates not proposed at 0.37 | 0 of 3,956 | 0 of 900 |
//! | the farthest of them | 0.315 | 0.354 |
//! | strangers proposed at 0.37 | 1.0 % | 5.2 % |
//!
//! A search among 1,500 people with ten fingers and two irises takes 0.88 s of one core when everybody is compared in
//! full and 0.48 s like this; the irises' share falls from 0.40 s to 0.01 s (AMD EPYC of family 26).

use std::collections::HashSet;

use rekam_hal::Eye;

use super::gallery::{Gallery, Person, PersonRef, Templates};
use crate::biometrics::iris::Template;
use crate::biometrics::iris::search::{Limit, Probe, Reach, SearchCode};
use crate::domain::session::Slot;

/// Full comparisons of irises that take no longer than a blink (50 ms): so many are made without asking the short codes.
const FEW: usize = 1_000;
/// The distance up to which short codes propose a person.
const LIMIT: Limit = Limit::new(37, 100);
/// What an iris may score whose person is not proposed; one stranger's in ten thousand scores more.
pub(super) const UNPROPOSED: f32 = 4.0;

/// Who is to be compared in full.
pub(super) enum Screen {
    /// Everybody.
    Everybody,
    /// These, and whoever has not both eyes.
    Proposed(HashSet<PersonRef>),
}

impl Screen {
    /// Looks through a gallery.
    pub(super) fn of(gallery: &Gallery, probe: &Templates) -> Self {
        let few = probe.irises.len() * gallery.irises().len() < FEW;
        if few || !has_both_eyes(&probe.irises) { Self::Everybody } else { Self::through(gallery, probe) }
    }

    /// Looks through a gallery of any size.
    pub(super) fn through(gallery: &Gallery, probe: &Templates) -> Self {
        let mut proposed = HashSet::new();
        for (_, template) in &probe.irises {
            // Heads tilt further than the usual rotations now and then, and the whole circle costs next to nothing.
            let code = Probe::new(&SearchCode::from(template), Reach::CIRCLE);
            gallery.irises().search(&code, LIMIT, |found| proposed.extend(gallery.owner(found.index)));
        }
        Self::Proposed(proposed)
    }

    /// Whether the irises of a person say nothing, so that only the rest can make them a candidate.
    pub(super) fn leaves_out(&self, person: &Person) -> bool {
        match self {
            Self::Everybody => false,
            Self::Proposed(proposed) => {
                !proposed.contains(&person.reference) && has_both_eyes(&person.templates.irises)
            }
        }
    }
}

fn has_both_eyes(irises: &[(Slot, Template)]) -> bool {
    Eye::ALL.into_iter().all(|eye| irises.iter().any(|(slot, _)| *slot == Slot::Eye(eye)))
}
