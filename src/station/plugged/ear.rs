//! The kernel's own word of devices that come and go.
//!
//! It comes through a socket, to everybody and without a daemon: so it is heard where no udev runs, too. Nothing is read
//! out of it but that something happened; what, is seen by looking.

use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

/// A plug makes many events within a moment; one look serves them all.
const SETTLE: Duration = Duration::from_millis(50);
/// The multicast group in which the kernel itself speaks; the other one is the udev daemon's.
const KERNEL: u32 = 1;

/// An ear for the kernel; deaf where there is no such socket.
pub(super) struct Ear(Option<OwnedFd>);

impl Default for Ear {
    fn default() -> Self {
        Self(listen().map_err(|error| tracing::info!(%error, "the kernel tells of no devices here")).ok())
    }
}

fn listen() -> rustix::io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(KOBJECT_UEVENT))?;
    bind(&socket, &SocketAddrNetlink::new(0, KERNEL))?;
    Ok(socket)
}

impl Ear {
    /// Waits until something happened, but no longer than `most`.
    pub(super) fn wait(&self, most: Duration) {
        let Some(socket) = &self.0 else { return thread::sleep(most) };
        let limit = Timespec::try_from(most).ok();
        match poll(&mut [PollFd::new(socket, PollFlags::IN)], limit.as_ref()) {
            Ok(0) => {}
            Ok(_) => {
                thread::sleep(SETTLE);
                let mut word = [0; 4096];
                while recv(socket, &mut word, RecvFlags::empty()).is_ok_and(|(length, _)| length > 0) {}
            }
            // A poll that fails at once must not make the thread run hot.
            Err(_) => thread::sleep(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_or_not_the_kernel_can_be_heard_a_wait_ends() {
        Ear::default().wait(Duration::from_millis(30));
        Ear(None).wait(Duration::from_millis(30));
    }
}
