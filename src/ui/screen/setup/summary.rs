//! The last page: everything once more, to be read before a station is made of it.

use iced::widget::{Space, column, row, text};
use iced::{Fill, Length};

use super::form::Field;
use super::view::{line, lines};
use super::{Message, Setup};
use crate::domain::region::Regions;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, L, M, S, VALUE, XL};
use crate::ui::widget::parts::{BOLD, caption};
use crate::ui::{Context, Element, text as say};

/// The summary.
pub(super) fn view<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let Some(plan) = setup.form.plan() else { return Space::new().into() };
    let said = |label: &str, words: String| line(ctx.t(label), text(words).size(VALUE).font(BOLD).into());
    let regions = Regions::embedded();
    let names = [regions.district(&plan.region), plan.region.get(..4).and_then(|code| regions.regency(code))];
    let mut left = column![
        said("setup-code", format!("{}-{:02}", plan.region, plan.station)),
        said("setup-district", names.into_iter().flatten().collect::<Vec<_>>().join(", ")),
    ]
    .spacing(M);
    let head = column(plan.office.into_iter().map(|line| text(shorten(&line, 44)).size(VALUE).font(BOLD).into()));
    left = left.push(lines(ctx.t("setup-office"), head.into()));
    left = left.push(said(Field::Address.id(), shorten(&plan.address, 44))).push(said("setup-zone", plan.zone));

    let mut keys = column![].spacing(S);
    for key in &plan.recipients {
        // Both ends are what people compare with the paper they were given.
        let (from, to) = (key.get(..12).unwrap_or(key), key.get(key.len().saturating_sub(8)..).unwrap_or_default());
        keys = keys.push(text(format!("{from}…{to}")).size(BODY));
    }
    let mut officers = column![].spacing(S);
    for officer in &plan.officers {
        let under = format!("{} · {}", officer.id, say::role(ctx.words, officer.role));
        officers = officers.push(column![text(shorten(&officer.name, 36)).size(VALUE).font(BOLD), caption(under)]);
    }
    let right = column![lines(ctx.t("setup-keys"), keys.into()), lines(ctx.t("setup-officers"), officers.into())];
    let half = Length::FillPortion(1);
    row![left.width(half), right.spacing(L).width(half)].spacing(XL).width(Fill).into()
}
