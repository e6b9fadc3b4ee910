//! The four devices: who they are, how they are, what to do about it; a test for each; and for simulated ones the
//! faults of a working day, so that operators can practise them before residents wait.

use std::collections::BTreeMap;

use rekam_hal::{DeviceErrorKind, DeviceInfo};

use crate::station::counter::{Act, Device, Light, Spoil, Which};
use crate::station::plugged::{self, Assigned, Setup};
use crate::ui::keys::Key;
use crate::ui::{Action, Context, Element, Outcome, Route};

mod card;

/// The screen.
#[derive(Debug, Default)]
pub struct Devices {
    /// The device that the keys mean; before a choice the first one in trouble.
    chosen: Option<Which>,
    /// Faults that were ordered, each with the number of captures at that time: the next one uses it up.
    ordered: BTreeMap<Which, (Spoil, u32)>,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// This device.
    Choose(Which),
    /// The next device, or the one before.
    Step(bool),
    /// Ask for a sign of life.
    Test,
    /// Pull the cable or put it in again.
    Cable,
    /// Let the next capture go wrong.
    Spoil(Spoil),
    /// The next one of the devices that could do this step.
    Other,
    /// Whichever device is there.
    Automatic,
    /// The next model of a pad that cannot say its own.
    Model,
    /// The glass or lens is clean again.
    Cleaned,
    /// Lay the rules that open the devices where a technician finds them.
    SaveRules,
    /// Back to work.
    Back,
}

impl Devices {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let which = self.chosen(ctx);
        // Whatever is done to a device, it stays the chosen one, also when it is no longer in trouble.
        self.chosen = Some(which);
        match message {
            Message::Choose(which) => self.chosen = Some(which),
            Message::Step(forward) => self.chosen = Some(neighbour(which, forward)),
            Message::Test => return vec![Outcome::Do(Act::TestDevice(which))],
            Message::Cable => {
                self.ordered.remove(&which);
                let out = ctx.device(which).is_some_and(|device| device.light == Light::Missing);
                return vec![Outcome::Do(if out { Act::Plug(which) } else { Act::Unplug(which) })];
            }
            Message::Spoil(spoil) => {
                if let Some(device) = ctx.device(which) {
                    self.ordered.insert(which, (spoil, tries(device)));
                }
                return vec![Outcome::Do(Act::Spoil(which, spoil))];
            }
            Message::Other => return vec![Outcome::Do(Act::Assign(which, other(ctx, which)))],
            Message::Automatic => return vec![Outcome::Do(Act::Assign(which, None))],
            Message::Model => return vec![Outcome::Do(Act::Assign(which, next_model(ctx, which)))],
            Message::Cleaned => return vec![Outcome::Do(Act::Cleaned(which))],
            Message::SaveRules => return vec![Outcome::Do(Act::SaveDeviceRules)],
            Message::Back => return vec![Outcome::Go(Route::Work)],
        }
        Vec::new()
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let which = self.chosen(ctx);
        let name = crate::ui::text::which(ctx.words, which);
        let device = ctx.device(which);
        // A device at work is alive, and a test would take its resident's finger away from it.
        let idle = device.is_some_and(|device| device.light != Light::Working && !device.is_testing);
        let test = ctx.say("devices-test", &[("device", &name)]);
        let mut actions = vec![
            Action::secondary(Key::Escape, ctx.t("devices-back"), Message::Back),
            Action::primary(Key::Enter, test, Message::Test).when(idle),
        ];
        if let Some(device) = device {
            actions.extend(care(ctx, device));
        }
        if let Some(device) = device.filter(|device| device.simulated) {
            actions.extend(faults(ctx, device));
        }
        let digits = Which::ALL.into_iter().zip('1'..);
        actions.extend(digits.map(|(which, digit)| Action::hidden(Key::Char(digit), Message::Choose(which))));
        let steps = [(Key::Left, false), (Key::Up, false), (Key::Right, true), (Key::Down, true)];
        actions.extend(steps.map(|(key, forward)| Action::hidden(key, Message::Step(forward))));
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        card::screen(ctx, self.chosen(ctx), |device| self.ordered(device))
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }

    fn chosen(&self, ctx: &Context<'_>) -> Which {
        let troubled = ctx.board.devices.iter().find(|device| needs_care(device));
        self.chosen.or(troubled.map(|device| device.which)).unwrap_or(Which::Camera)
    }

    /// The fault that the next capture will show.
    fn ordered(&self, device: &Device) -> Option<Spoil> {
        let (spoil, at) = self.ordered.get(&device.which)?;
        (*at == tries(device)).then_some(*spoil)
    }
}

/// Whether somebody must look after the device.
fn needs_care(device: &Device) -> bool {
    match device.light {
        Light::Trouble | Light::Missing => true,
        Light::Ready | Light::Working => false,
    }
}

/// Captures of any outcome.
fn tries(device: &Device) -> u32 {
    device.captures + device.retries + device.failures
}

fn neighbour(which: Which, forward: bool) -> Which {
    let count = Which::ALL.len();
    let at = Which::ALL.iter().position(|one| *one == which).unwrap_or(0);
    Which::ALL[(at + if forward { 1 } else { count - 1 }) % count]
}

/// What can be done about the device itself.
fn care(ctx: &Context<'_>, device: &Device) -> Vec<Action<Message>> {
    let mut actions = Vec::new();
    if device.history.wants_cleaning() {
        actions.push(Action::secondary(Key::Char('l'), ctx.t("devices-cleaned"), Message::Cleaned));
    }
    if device.ails == Some(DeviceErrorKind::NoPermission) {
        actions.push(Action::secondary(Key::Char('a'), ctx.t("devices-save-rules"), Message::SaveRules));
    }
    if let Some((next, _)) = next_candidate(device) {
        let words = ctx.say("devices-other", &[("device", &next.model)]);
        actions.push(Action::secondary(Key::Char('g'), words, Message::Other));
    }
    if let Some(model) = device.model.as_deref() {
        actions.push(Action::secondary(Key::Char('m'), ctx.say("devices-model", &[("model", model)]), Message::Model));
    }
    if device.assigned.is_some() {
        actions.push(Action::secondary(Key::Char('o'), ctx.t("devices-automatic"), Message::Automatic));
    }
    actions
}

/// The candidate after the one that does the step now.
fn next_candidate(device: &Device) -> Option<&(DeviceInfo, bool)> {
    let now = device.info.as_ref().map(|info| &info.id);
    let at = device.candidates.iter().position(|(info, _)| Some(&info.id) == now);
    let next = at.map_or(0, |at| at + 1) % device.candidates.len().max(1);
    device.candidates.get(next).filter(|(info, _)| Some(&info.id) != now)
}

fn other(ctx: &Context<'_>, which: Which) -> Option<Assigned> {
    let (info, _) = next_candidate(ctx.device(which)?)?;
    Some(Assigned { id: info.id.clone(), setup: Setup::default() })
}

/// The device as it is, spoken to as the next model of the list.
fn next_model(ctx: &Context<'_>, which: Which) -> Option<Assigned> {
    let device = ctx.device(which)?;
    let names = plugged::pad_models();
    let at = names.iter().position(|name| Some(*name) == device.model.as_deref());
    let next = names.get(at.map_or(0, |at| at + 1) % names.len().max(1))?;
    let setup = Setup { model: Some((*next).to_owned()), ..Setup::default() };
    Some(Assigned { id: device.info.as_ref()?.id.clone(), setup })
}

/// The faults that a simulated device can show.
fn faults(ctx: &Context<'_>, device: &Device) -> Vec<Action<Message>> {
    let out = device.light == Light::Missing;
    let cable = if out { "devices-plug" } else { "devices-unplug" };
    let mut actions = vec![Action::secondary(Key::Char('c'), ctx.t(cable), Message::Cable)];
    let spoils: &[(char, &str, Spoil)] = match device.which {
        Which::Camera => &[('o', "devices-blur", Spoil::Blur), ('d', "devices-silence", Spoil::Silence)],
        Which::Pad => &[('d', "devices-silence", Spoil::Silence)],
        Which::Scanner => &[
            ('b', "devices-wet", Spoil::Wet),
            ('k', "devices-dry", Spoil::Dry),
            ('o', "devices-blur", Spoil::Blur),
            ('s', "devices-wrong-finger", Spoil::Wrong),
            ('d', "devices-silence", Spoil::Silence),
        ],
        Which::Iris => &[
            ('o', "devices-blur", Spoil::Blur),
            ('s', "devices-wrong-eye", Spoil::Wrong),
            ('d', "devices-silence", Spoil::Silence),
        ],
    };
    actions.extend(spoils.iter().map(|(key, words, spoil)| {
        Action::secondary(Key::Char(*key), ctx.t(words), Message::Spoil(*spoil)).when(!out)
    }));
    actions
}
