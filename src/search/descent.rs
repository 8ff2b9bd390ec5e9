//! How learned weights step: AdaGrad (Duchi, Hazan and Singer, 2011), with a pull towards zero.

/// Errors below this teach nothing.
pub const LEAST_ERROR: f32 = 3e-3;
/// Where the sum of squared slopes starts, so that first steps are small.
pub const FIRST_SLOPE: f32 = 1.0;

/// How far weights step.
#[derive(Clone, Copy)]
pub struct Descent {
    /// Length of a step down a slope that never changed.
    pub step: f32,
    /// Pull towards zero, per unit of the weight.
    pub pull: f32,
}

impl Descent {
    /// `weight` steps by its slope over the root of `past`, the sum of all its squared slopes so far.
    pub fn step(self, weight: &mut f32, past: &mut f32, slope: f32) {
        let slope = slope + self.pull * *weight;
        *past += slope * slope;
        *weight -= self.step * slope / past.sqrt();
    }
}
