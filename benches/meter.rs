//! Wall time, processor time and peak memory of this process, as the system counts them. Linux; elsewhere memory and
//! processor time read as nothing.

use std::time::{Duration, Instant};

/// A stage being measured.
pub(crate) struct Meter {
    began: Instant,
    cpu: Duration,
}

/// What a stage took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// On the wall.
    pub(crate) wall: Duration,
    /// Of all cores.
    pub(crate) cpu: Duration,
}

impl Meter {
    /// Begins.
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), cpu: cpu() }
    }
    /// Ends.
    pub(crate) fn stop(self) -> Spent {
        Spent { wall: self.began.elapsed(), cpu: cpu().saturating_sub(self.cpu) }
    }
}

/// Processor time of this process and of children that ended, to 10 ms.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Most memory this process ever held, in bytes.
pub(crate) fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() * 1024
}
