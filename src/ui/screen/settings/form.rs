//! The station's rules while somebody changes them: what was typed, and whether it makes sense.
//!
//! Everything typed is kept as typed until it is saved, so that a wrong number is pointed out and not lost.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use time::Date;

use crate::domain::dates::{format_dmy, parse_dmy};
use crate::domain::session::{Policy, Step, StepOrder};
use crate::office::zone::Zone;
use crate::station::counter::Rules;

/// Something that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Lowest quality of a finger.
    FingerQuality,
    /// Lowest quality of an eye.
    IrisQuality,
    /// Tries for each.
    Tries,
    /// Lowest score of the comparison at the end.
    ConfirmScore,
    /// Appointments a day.
    Capacity,
    /// Minutes until the screen is locked.
    LockAfter,
    /// A holiday to be added or taken away.
    Holiday,
}

impl Field {
    /// All, in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::FingerQuality,
        Self::IrisQuality,
        Self::Tries,
        Self::ConfirmScore,
        Self::Capacity,
        Self::LockAfter,
        Self::Holiday,
    ];

    /// Its name in the window, which is also the key of its words.
    pub const fn id(self) -> &'static str {
        match self {
            Self::FingerQuality => "settings-finger-quality",
            Self::IrisQuality => "settings-iris-quality",
            Self::Tries => "settings-tries",
            Self::ConfirmScore => "settings-confirm-score",
            Self::Capacity => "settings-capacity",
            Self::LockAfter => "settings-lock-after",
            Self::Holiday => "settings-holiday",
        }
    }

    /// The least and the most that makes sense; a holiday has none.
    pub const fn range(self) -> Option<RangeInclusive<u32>> {
        match self {
            Self::FingerQuality | Self::IrisQuality => Some(0..=100),
            Self::Tries => Some(1..=10),
            Self::ConfirmScore => Some(2..=8),
            Self::Capacity => Some(1..=1000),
            Self::LockAfter => Some(0..=240),
            Self::Holiday => None,
        }
    }
}

/// What stands in the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    typed: [String; Field::ALL.len()],
    /// Steps between verify and confirm.
    pub middle: Vec<Step>,
    /// The office's clock.
    pub zone: Zone,
    /// Whether fingers are laid down together.
    pub slaps: bool,
    /// Whether portraits take themselves.
    pub by_itself: bool,
    /// Whether backdrops may be painted anew.
    pub repaint: bool,
    /// Whether portraits are compared with the faces of the people held.
    pub faces: bool,
    /// Days without service.
    pub holidays: BTreeSet<Date>,
}

impl Draft {
    /// The rules as they are.
    pub fn of(rules: &Rules) -> Self {
        let policy = &rules.policy;
        let typed = Field::ALL.map(|field| match field {
            Field::FingerQuality => policy.finger_quality.to_string(),
            Field::IrisQuality => policy.iris_quality.to_string(),
            Field::Tries => policy.tries.to_string(),
            Field::ConfirmScore => written(policy.confirm_score),
            Field::Capacity => rules.capacity.to_string(),
            Field::LockAfter => rules.lock_after.to_string(),
            Field::Holiday => String::new(),
        });
        let middle = rules.order.steps().iter().copied().filter(|step| is_movable(*step)).collect();
        let holidays = rules.holidays.iter().copied().collect();
        Self {
            typed,
            middle,
            zone: rules.zone,
            slaps: rules.slaps,
            by_itself: rules.by_itself,
            repaint: policy.repaint,
            faces: policy.faces,
            holidays,
        }
    }

    /// What was typed.
    pub fn typed(&self, field: Field) -> &str {
        &self.typed[field as usize]
    }

    /// Something is typed.
    pub fn type_in(&mut self, field: Field, text: String) {
        self.typed[field as usize] = text;
    }

    /// Whether what was typed makes sense.
    pub fn is_right(&self, field: Field) -> bool {
        let typed = self.typed(field).trim();
        match (field, field.range()) {
            (Field::Holiday, _) | (_, None) => typed.is_empty() || self.holiday().is_some(),
            (Field::ConfirmScore, Some(range)) => decimal(typed)
                .is_some_and(|score| (f64::from(*range.start())..=f64::from(*range.end())).contains(&f64::from(score))),
            (_, Some(range)) => typed.parse().is_ok_and(|number: u32| range.contains(&number)),
        }
    }

    /// The holiday that was typed, when it is a date.
    pub fn holiday(&self) -> Option<Date> {
        parse_dmy(self.typed(Field::Holiday).trim()).ok()
    }

    /// Adds the holiday that was typed, or takes it away when it is there already.
    pub fn toggle_holiday(&mut self) {
        let Some(day) = self.holiday() else { return };
        if !self.holidays.remove(&day) {
            self.holidays.insert(day);
        }
        self.typed[Field::Holiday as usize].clear();
    }

    /// Moves a step to the place before or after; the ends stay where they are.
    pub fn move_step(&mut self, place: usize, later: bool) -> usize {
        let other = if later { place + 1 } else { place.wrapping_sub(1) };
        if place < self.middle.len() && other < self.middle.len() {
            self.middle.swap(place, other);
            return other;
        }
        place
    }

    /// The rules that this makes of the ones before; the first field that makes no sense otherwise.
    ///
    /// # Errors
    /// The field to correct.
    pub fn rules(&self, before: &Rules) -> Result<Rules, Field> {
        if let Some(wrong) = Field::ALL.into_iter().find(|field| !self.is_right(*field)) {
            return Err(wrong);
        }
        let number = |field: Field| self.typed(field).trim().parse::<u32>().map_err(|_| field);
        let small = |field: Field| self.typed(field).trim().parse::<u8>().map_err(|_| field);
        let steps = [&[Step::Verify][..], &self.middle, &[Step::Confirm]].concat();
        let policy = Policy {
            finger_quality: small(Field::FingerQuality)?,
            iris_quality: small(Field::IrisQuality)?,
            tries: small(Field::Tries)?,
            confirm_score: decimal(self.typed(Field::ConfirmScore)).ok_or(Field::ConfirmScore)?,
            repaint: self.repaint,
            faces: self.faces,
            ..before.policy.clone()
        };
        Ok(Rules {
            // The middle is only ever swapped, so this is always an order.
            order: StepOrder::new(&steps).unwrap_or_else(|_| before.order.clone()),
            policy,
            slaps: self.slaps,
            by_itself: self.by_itself,
            zone: self.zone,
            capacity: number(Field::Capacity)?,
            holidays: self.holidays.iter().copied().collect(),
            lock_after: number(Field::LockAfter)?,
        })
    }

    /// Days without service from `today` on, as people write them.
    pub fn coming(&self, today: Date) -> Vec<String> {
        self.holidays.range(today..).map(|day| format_dmy(*day)).collect()
    }
}

/// Verify stays first and confirm last.
pub fn is_movable(step: Step) -> bool {
    !matches!(step, Step::Verify | Step::Confirm)
}

/// The zone after this one, round and round.
pub fn next_zone(zone: Zone) -> Zone {
    match zone {
        Zone::Wib => Zone::Wita,
        Zone::Wita => Zone::Wit,
        Zone::Wit => Zone::Wib,
    }
}

/// A number with a decimal comma, as it is written here; the point is understood too.
fn decimal(text: &str) -> Option<f32> {
    text.trim().replace(',', ".").parse::<f32>().ok().filter(|number| number.is_finite())
}

/// A score with its decimal comma.
pub fn written(score: f32) -> String {
    score.to_string().replace('.', ",")
}
