//! Names of devices that no two have at the same time.
//!
//! A serial number is the best name, for it follows the device into another socket. But makers give many devices the
//! same one (adapters with `0001` are sold by the thousand), and some none. Then the socket names it, and where even
//! that is shared by parts of one device, the part.

/// What is known of where a device is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its serial number.
    pub serial: Option<String>,
    /// The socket it is in.
    pub socket: String,
    /// Which part of the device in the socket it is; differs between parts, and is the same after re-plugging.
    pub part: String,
}

impl Place {
    fn key(&self) -> &str {
        self.serial.as_deref().unwrap_or(&self.socket)
    }

    fn with_socket(&self) -> String {
        match &self.serial {
            Some(serial) => format!("{serial}@{}", self.socket),
            None => self.socket.clone(),
        }
    }
}

/// The names of all devices of one driver, in their order: the serial number or socket; of those that share a serial
/// number `serial@socket`; of those that share both `serial@socket.part`.
pub fn names(places: &[Place]) -> Vec<String> {
    let shared = |same: &dyn Fn(&Place) -> bool| places.iter().filter(|place| same(place)).count() > 1;
    let name = |place: &Place| {
        if !shared(&|other| other.key() == place.key()) {
            return place.key().to_owned();
        }
        let named = place.with_socket();
        match shared(&|other| other.with_socket() == named) {
            true => format!("{named}.{}", place.part),
            false => named,
        }
    };
    places.iter().map(name).collect()
}

/// The ids of all devices of one driver: `driver:` and the [name](names).
pub fn ids(driver: &str, places: &[Place]) -> Vec<String> {
    names(places).into_iter().map(|name| format!("{driver}:{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(serial: Option<&str>, socket: &str, part: &str) -> Place {
        Place { serial: serial.map(str::to_owned), socket: socket.to_owned(), part: part.to_owned() }
    }

    #[test]
    fn no_two_devices_share_an_id_whatever_they_have_in_common() {
        let places = [
            place(Some("A1"), "1-1", "0"),
            place(Some("0001"), "1-2", "0"),
            place(Some("0001"), "1-3", "0"),
            place(None, "1-4", "0"),
            place(None, "1-5", "0"),
            place(None, "1-5", "1"),
            place(Some("B2"), "1-6", "0"),
            place(Some("B2"), "1-6", "1"),
            place(Some("B2"), "1-7", "0"),
        ];
        let named = ids("x", &places);
        let expected =
            ["x:A1", "x:0001@1-2", "x:0001@1-3", "x:1-4", "x:1-5.0", "x:1-5.1", "x:B2@1-6.0", "x:B2@1-6.1", "x:B2@1-7"];
        assert_eq!(named, expected);
        assert_eq!(ids("x", &[]), [""; 0]);
    }
}
