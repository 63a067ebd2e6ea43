//! The middle and the edges of a row of measurements.

use std::time::Duration;

/// The middle value; of an even number of values, the mean of the two in the middle. NaN when there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2);
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2);
    lower.zip(upper).map_or(f64::NAN, |(lower, upper)| f64::midpoint(*lower, *upper))
}

/// The smallest and the largest value.
pub fn edges(values: &[f64]) -> (f64, f64) {
    (values.iter().copied().fold(f64::NAN, f64::min), values.iter().copied().fold(f64::NAN, f64::max))
}

/// Milliseconds.
pub fn milliseconds(values: &[Duration]) -> Vec<f64> {
    values.iter().map(|value| value.as_secs_f64() * 1e3).collect()
}

/// The value that this share of all values does not exceed: 0.5 is the middle, 0.99 the slowest hundredth.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
