//! The machine against a world in memory: order, containment, approval, settling. Never waits, never asks a clock.
