//! The models by their USB number: name, screen, size.
//!
//! A pad tells its extent itself where it answers the question; the figures here serve the others (the STU-430 is
//! said not to answer) and are those of the type plates. All models count a hundred units to a millimetre: the
//! STU-540's 10800 units are its 108 mm.

/// USB vendor number of Wacom.
pub const VENDOR: u16 = 0x056a;

/// Raw units in a millimetre.
pub const UNITS_PER_MM: f32 = 100.0;

/// What the screen can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ink {
    /// Black and white.
    Mono,
    /// 24 bits per pixel.
    Colour,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// USB product number.
    pub product: u16,
    /// As on the type plate and, beginning with `STU-`, in the information report.
    pub name: &'static str,
    /// Pixels of the screen.
    pub screen: (u16, u16),
    /// What the screen can show.
    pub ink: Ink,
    /// Raw extent where the pad does not tell it.
    pub extent: (u16, u16),
    /// It numbers its pen reports when asked; known only of the STU-540.
    pub numbers: bool,
}

const fn model(product: u16, name: &'static str, screen: (u16, u16), ink: Ink, extent: (u16, u16)) -> Model {
    Model { product, name, screen, ink, extent, numbers: false }
}

/// All models known. The number of the STU-520 is not certain.
pub const MODELS: [Model; 7] = [
    model(0x00a1, "STU-500", (640, 480), Ink::Mono, (10_240, 7_680)),
    model(0x00a2, "STU-300", (396, 100), Ink::Mono, (9_900, 2_500)),
    model(0x00a3, "STU-520", (800, 480), Ink::Colour, (10_400, 6_240)),
    model(0x00a4, "STU-430", (320, 200), Ink::Mono, (9_600, 6_000)),
    model(0x00a5, "STU-530", (800, 480), Ink::Colour, (10_800, 6_480)),
    model(0x00a6, "STU-430V", (320, 200), Ink::Mono, (9_600, 6_000)),
    Model { numbers: true, ..model(0x00a8, "STU-540", (800, 480), Ink::Colour, (10_800, 6_480)) },
];

impl Model {
    /// The model of a USB product number of [`VENDOR`].
    pub fn of(product: u16) -> Option<Self> {
        MODELS.into_iter().find(|model| model.product == product)
    }

    /// Vendor and name as the operator knows them.
    pub fn title(&self) -> String {
        format!("Wacom {}", self.name)
    }

    /// Whether a pad that calls itself `told` can be this model. A variant (`STU-540A`, `STU-300B`) is its model, and
    /// the field on the wire has room for seven letters only.
    pub fn is_called(&self, told: &str) -> bool {
        const ROOM: usize = 7;
        told.starts_with(self.name.get(..ROOM).unwrap_or(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_screens_have_the_shape_of_their_tablet() {
        for (i, one) in MODELS.iter().enumerate() {
            assert!(MODELS.iter().skip(i + 1).all(|other| other.product != one.product && other.name != one.name));
            assert_eq!(Model::of(one.product), Some(*one));
            let shape = |(w, h): (u16, u16)| f32::from(w) / f32::from(h);
            assert!((shape(one.screen) / shape(one.extent) - 1.0).abs() < 0.05, "{}", one.name);
        }
        assert_eq!(Model::of(0x0037), None);
    }

    #[test]
    fn a_variant_is_its_model_and_another_pad_is_not() {
        let pad = Model::of(0x00a5).unwrap();
        assert!(pad.is_called("STU-530") && pad.is_called("STU-530A"));
        assert!(!pad.is_called("STU-540") && !pad.is_called(""));
        assert!(Model::of(0x00a6).unwrap().is_called("STU-430"));
    }
}
