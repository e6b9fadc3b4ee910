//! Days on which residents come (again): working days with a free place.

use std::collections::BTreeSet;

use time::{Date, Weekday};

use super::{OfficeError, Result, register};
use crate::domain::dates::{format_iso, parse_iso};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;
use crate::store::{Appointment, Db};

/// Setting: appointments per day, 1 or more.
pub const CAPACITY: &str = "office.appointments_per_day";

/// Setting: public holidays, `yyyy-mm-dd` separated by commas or spaces.
pub const HOLIDAYS: &str = "office.holidays";

/// What one device set manages in a normal day.
const USUAL_CAPACITY: u32 = 100;

/// How far ahead a free day is looked for.
const HORIZON_DAYS: usize = 366;

/// When the office receives people by appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Residents per day.
    pub capacity: u32,
    /// Days without service besides Saturday and Sunday.
    pub holidays: BTreeSet<Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { capacity: USUAL_CAPACITY, holidays: BTreeSet::new() }
    }
}

impl Calendar {
    /// As set at this station.
    ///
    /// # Errors
    /// The store, and [`OfficeError::Setting`].
    pub fn load(db: &Db) -> Result<Self> {
        let capacity = match db.setting(CAPACITY)? {
            None => USUAL_CAPACITY,
            Some(value) => value.trim().parse().ok().filter(|places| *places > 0).ok_or(OfficeError::Setting {
                name: CAPACITY,
                value,
                expected: "it is a whole number from 1",
            })?,
        };
        Ok(Self { capacity, holidays: holidays(db.setting(HOLIDAYS)?.as_deref().unwrap_or_default())? })
    }

    /// Keeps it as the station's setting.
    ///
    /// # Errors
    /// The store.
    pub fn save(&self, db: &mut Db) -> Result<()> {
        let days: Vec<String> = self.holidays.iter().map(|day| format_iso(*day)).collect();
        db.setting_put(CAPACITY, &self.capacity.to_string())?;
        Ok(db.setting_put(HOLIDAYS, &days.join(","))?)
    }

    /// Monday to Friday, and no holiday.
    pub fn is_working_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }
}

/// The first working day with a free place, `from` itself included.
///
/// # Errors
/// [`OfficeError::NoFreeDay`] when there is none within a year.
pub fn next_appointment(db: &Db, from: Date) -> Result<Date> {
    let calendar = Calendar::load(db)?;
    let mut day = from;
    for _ in 0..HORIZON_DAYS {
        if calendar.is_working_day(day) && residents_on(db, day)? < calendar.capacity as usize {
            return Ok(day);
        }
        day = day.next_day().ok_or(OfficeError::NoFreeDay(from))?;
    }
    Err(OfficeError::NoFreeDay(from))
}

/// Finds and takes the first free place from a day on. The resident's other appointments from that day on are given
/// back: nobody has two. Call it within one transaction ([`super::within`]).
///
/// # Errors
/// As [`next_appointment`].
pub fn book(db: &mut Db, nik: &Nik, from: Date, reason: &str, correction: Option<i64>) -> Result<Date> {
    for old in db.appointments_of(nik.as_str())? {
        if old.date >= format_iso(from) {
            db.appointment_delete(old.id)?;
        }
    }
    let day = next_appointment(db, from)?;
    db.appointment_put(nik.as_str(), &format_iso(day), reason, correction)?;
    Ok(day)
}

/// An appointment with its resident.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The appointment.
    pub appointment: Appointment,
    /// The resident; `None` when the register has them no longer.
    pub resident: Option<Resident>,
}

/// Who is expected on a day, in the order of booking.
///
/// # Errors
/// The store, and a row that cannot be read.
pub fn list(db: &Db, day: Date) -> Result<Vec<Expected>> {
    let with_resident = |appointment: Appointment| {
        let row = db.register_get(&appointment.nik)?;
        Ok(Expected { resident: row.as_ref().map(register::resident_of).transpose()?, appointment })
    };
    db.appointments_on(&format_iso(day))?.into_iter().map(with_resident).collect()
}

/// Residents, not rows: one resident may have several corrections due on the same day.
fn residents_on(db: &Db, day: Date) -> Result<usize> {
    let niks: BTreeSet<String> = db.appointments_on(&format_iso(day))?.into_iter().map(|a| a.nik).collect();
    Ok(niks.len())
}

fn holidays(text: &str) -> Result<BTreeSet<Date>> {
    let days = text.split([',', ' ', ';', '\n']).map(str::trim).filter(|day| !day.is_empty());
    days.map(|day| {
        let expected = "it is a list of days written yyyy-mm-dd";
        parse_iso(day).map_err(|_| OfficeError::Setting { name: HOLIDAYS, value: day.to_owned(), expected })
    })
    .collect()
}

#[cfg(test)]
mod tests;
