//! One-time passwords: strong, typable, from given randomness. Keeps nothing.

use crate::model::Secret;
use zeroize::Zeroizing;

/// Without what is mistaken for something else on paper.
const CLASSES: [&[u8]; 4] = [b"abcdefghjkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!#%+-=?@"];
const LENGTH: usize = 24;

/// A password of 24 characters, the first four of one class each: over 130 bits. Source: learn, entra password policy (8 to 256
/// characters, three of four classes).
pub(super) fn strong(random: &(dyn Fn() -> [u8; 16] + Send + Sync)) -> Secret {
    let all: Vec<u8> = CLASSES.concat();
    let mut text = Zeroizing::new(String::with_capacity(LENGTH));
    let mut lots = Lots { random, left: Vec::new() };
    for place in 0..LENGTH {
        // One of each class first; which the others are is open.
        let among = CLASSES.get(place).copied().unwrap_or(&all);
        text.push(char::from(among[lots.below(among.len())]));
    }
    Secret::new(text.to_string())
}

struct Lots<'a> {
    random: &'a (dyn Fn() -> [u8; 16] + Send + Sync),
    left: Vec<u8>,
}
impl Lots<'_> {
    /// A number below `bound` (at most 255), each equally likely.
    fn below(&mut self, bound: usize) -> usize {
        let fair = 256 - 256 % bound;
        loop {
            let byte = usize::from(self.left.pop().unwrap_or_else(|| self.refill()));
            if byte < fair {
                return byte % bound;
            }
        }
    }
    fn refill(&mut self) -> u8 {
        let [first, rest @ ..] = (self.random)();
        self.left.extend(rest);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn passwords_hold_every_class_and_differ() {
        let count = AtomicU64::new(0);
        let random = move || {
            let mut bytes = [0; 16];
            let digest =
                crate::model::Digest::of_bytes(&count.fetch_add(1, Ordering::Relaxed).to_le_bytes()).to_string();
            bytes.copy_from_slice(
                &(0..16)
                    .map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).expect("hex"))
                    .collect::<Vec<_>>(),
            );
            bytes
        };
        let made: std::collections::BTreeSet<String> = (0..50).map(|_| strong(&random).expose().to_owned()).collect();
        assert_eq!(made.len(), 50);
        for password in made {
            assert_eq!(password.len(), LENGTH);
            assert!(CLASSES.iter().all(|class| password.bytes().any(|byte| class.contains(&byte))), "{password}");
        }
    }
}
