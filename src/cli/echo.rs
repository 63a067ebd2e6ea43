//! A terminal that does not show what is typed.

/// As long as this lives, the terminal shows nothing of what is typed; then it is as it was.
#[must_use]
pub struct Unseen {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Unseen {
    /// Ends the echo. Where there is no terminal, there is none to end.
    pub fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(mut unseen) = before.clone() {
            unseen.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &unseen);
        }
        Self { before }
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(before) = &self.before {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
impl Unseen {
    /// Nothing: there the library ends the echo by itself.
    pub fn begin() -> Self {
        Self {}
    }
}
