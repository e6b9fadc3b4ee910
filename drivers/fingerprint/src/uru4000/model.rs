//! The models of the family, by USB vendor and product number.

/// A model, found by its USB numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Vendor number.
    pub vendor: u16,
    /// Product number.
    pub product: u16,
    /// Maker and name as the operator knows them.
    pub name: &'static str,
    /// Whether it asks who we are before it powers up.
    pub challenges: bool,
    /// Whether its rows come with the fingertip pointing down.
    pub turned: bool,
    /// Pixels per inch in both directions, of the maker's data sheets; the device itself does not say it.
    pub dpi: f32,
}

const DIGITAL_PERSONA: u16 = 0x05ba;
const MICROSOFT: u16 = 0x045e;
/// All sensors of the family have 512 pixels per inch.
const DPI: f32 = 512.0;

const fn model(vendor: u16, product: u16, name: &'static str) -> Model {
    Model { vendor, product, name, challenges: false, turned: false, dpi: DPI }
}

impl Model {
    /// All models.
    pub const ALL: [Self; 7] = [
        model(DIGITAL_PERSONA, 0x0007, "DigitalPersona U.are.U 4000"),
        model(DIGITAL_PERSONA, 0x0008, "DigitalPersona U.are.U 4000 (keyboard)"),
        Self { turned: true, ..model(DIGITAL_PERSONA, 0x000a, "DigitalPersona U.are.U 4000B/4500") },
        model(MICROSOFT, 0x00bb, "Microsoft Keyboard with Fingerprint Reader"),
        model(MICROSOFT, 0x00bc, "Microsoft IntelliMouse with Fingerprint Reader"),
        model(MICROSOFT, 0x00bd, "Microsoft Fingerprint Reader"),
        Self { challenges: true, ..model(MICROSOFT, 0x00ca, "Microsoft Fingerprint Reader v2") },
    ];

    /// The model with these USB numbers.
    pub fn of(vendor: u16, product: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|model| (model.vendor, model.product) == (vendor, product))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_found_by_its_numbers_and_no_stranger_is() {
        for model in Model::ALL {
            assert_eq!(Model::of(model.vendor, model.product), Some(model));
        }
        assert_eq!(Model::of(DIGITAL_PERSONA, 0x00bb), None);
        assert_eq!(Model::ALL.iter().filter(|model| model.turned).count(), 1);
        assert_eq!(Model::ALL.iter().filter(|model| model.challenges).count(), 1);
    }
}
