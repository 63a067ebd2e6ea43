//! The faults every simulated service can be told to have, whatever it serves.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// What one service is told to do wrong; the defaults do nothing wrong.
///
/// Faults that wait for a number of requests strike every operation of the service but the one that signs in; with
/// `operation` they strike that one only, whichever it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Faults {
    /// Milliseconds before anything happens.
    latency_ms: u64,
    /// Milliseconds between the two halves of every answer's body.
    slow_body_ms: u64,
    /// Answer with an error status.
    fail_next: Option<Failure>,
    /// Cut the connection without an answer.
    reset_next: Option<Reset>,
    /// Wait, before or after the effect.
    slow_next: Option<Delay>,
    /// Serve, but answer 200 with a web page.
    html_next: Option<Strikes>,
    /// Serve, but cut the JSON in half.
    malformed_next: Option<Strikes>,
    /// Serve, but announce a longer body than the one that comes.
    truncate_next: Option<Strikes>,
    /// Answer with new values where the document lists the known ones without closing the list.
    unknown_enum: bool,
    /// Changes made to answers after the fact.
    drift: Vec<Drift>,
    /// Requests a minute for each credential; no limit when absent.
    rate_limit: Option<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    status: u16,
    #[serde(default = "once")]
    count: u64,
    /// How many are let through before.
    #[serde(default)]
    spare: u64,
    #[serde(default)]
    after_effect: bool,
    #[serde(default)]
    retry_after: Option<u64>,
    #[serde(default)]
    operation: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[serde(default = "once")]
    count: u64,
    /// How many are let through before.
    #[serde(default)]
    spare: u64,
    #[serde(default)]
    after_effect: bool,
    #[serde(default)]
    operation: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    ms: u64,
    #[serde(default = "once")]
    count: u64,
    #[serde(default)]
    after_effect: bool,
    #[serde(default)]
    operation: Option<String>,
}

/// How often, and for which operation; a bare number is short for any operation.
#[derive(Debug, Clone, Serialize)]
struct Strikes {
    count: u64,
    operation: Option<String>,
}

impl<'de> Deserialize<'de> for Strikes {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            #[serde(default = "once")]
            count: u64,
            #[serde(default)]
            operation: Option<String>,
        }
        let value = Value::deserialize(source)?;
        if let Some(count) = value.as_u64() {
            return Ok(Self { count, operation: None });
        }
        let Long { count, operation } = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
        Ok(Self { count, operation })
    }
}

fn once() -> u64 {
    1
}

/// One change made to the answers of one operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drift {
    operation: String,
    /// A JSON pointer; `*` stands for every element of an array or object.
    pointer: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "even_null")]
    set: Option<Value>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

/// Keeps `"set": null` apart from no `set` at all.
fn even_null<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(source).map(Some)
}

/// What goes wrong around the effect of a request.
pub(super) enum Mishap {
    /// This status, and how many seconds to wait before trying again.
    Fail(u16, Option<u64>),
    /// The connection is cut.
    Reset,
}

/// What is done to a body on its way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Disguise {
    /// A web page in its place.
    Html,
    /// Only the first half of it.
    Malformed,
    /// The first half of it, under the length of the whole.
    Truncated,
}

/// Whether the service has already done what was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    After,
}

/// Who is asking, as far as faults care.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) operation: &'a str,
    pub(super) signs_in: bool,
}

impl Target<'_> {
    fn is_meant(self, operation: Option<&String>) -> bool {
        operation.map_or(!self.signs_in, |named| named == self.operation)
    }
}

impl Faults {
    /// Every fault with its present value.
    pub(super) fn values(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(values)) => values,
            _ => Map::new(),
        }
    }

    /// These faults with one changed; null puts it back to its default.
    pub(super) fn with(&self, name: &str, value: &Value) -> Result<Self, String> {
        let mut values = self.values();
        if !values.contains_key(name) {
            return Err("there is no such fault".to_owned());
        }
        if value.is_null() {
            values.remove(name);
        } else {
            values.insert(name.to_owned(), value.clone());
        }
        serde_json::from_value(Value::Object(values)).map_err(|error| error.to_string())
    }

    pub(super) fn latency_ms(&self) -> u64 {
        self.latency_ms
    }

    pub(super) fn slow_body_ms(&self) -> u64 {
        self.slow_body_ms
    }

    pub(super) fn rate_limit(&self) -> Option<usize> {
        self.rate_limit
    }

    pub(super) fn unknown_enum(&self) -> bool {
        self.unknown_enum
    }

    /// The changes to make to an operation's answers.
    pub(super) fn drift(&self, operation: &str) -> Vec<Drift> {
        self.drift.iter().filter(|one| one.operation == operation).cloned().collect()
    }

    /// Takes the milliseconds to wait at this moment.
    pub(super) fn delay(&mut self, target: Target<'_>, moment: Moment) -> Option<u64> {
        let is_now = |after_effect: bool| after_effect == (moment == Moment::After);
        let delay = self
            .slow_next
            .as_mut()
            .filter(|one| is_now(one.after_effect) && target.is_meant(one.operation.as_ref()))?;
        use_up(&mut delay.count).then_some(delay.ms)
    }

    /// Takes what is due at this moment; what is taken counts as struck.
    pub(super) fn mishap(&mut self, target: Target<'_>, moment: Moment) -> Option<Mishap> {
        let is_now = |after_effect: bool| after_effect == (moment == Moment::After);
        if let Some(reset) =
            self.reset_next.as_mut().filter(|one| is_now(one.after_effect) && target.is_meant(one.operation.as_ref()))
            && !use_up(&mut reset.spare)
            && use_up(&mut reset.count)
        {
            return Some(Mishap::Reset);
        }
        let failure = self
            .fail_next
            .as_mut()
            .filter(|one| is_now(one.after_effect) && target.is_meant(one.operation.as_ref()))?;
        (!use_up(&mut failure.spare) && use_up(&mut failure.count))
            .then_some(Mishap::Fail(failure.status, failure.retry_after))
    }

    /// Takes the disguise the next body is due.
    pub(super) fn disguise(&mut self, target: Target<'_>) -> Option<Disguise> {
        let due = |strikes: &mut Option<Strikes>| {
            strikes
                .as_mut()
                .filter(|one| target.is_meant(one.operation.as_ref()))
                .is_some_and(|one| use_up(&mut one.count))
        };
        if due(&mut self.html_next) {
            Some(Disguise::Html)
        } else if due(&mut self.malformed_next) {
            Some(Disguise::Malformed)
        } else {
            due(&mut self.truncate_next).then_some(Disguise::Truncated)
        }
    }
}

fn use_up(count: &mut u64) -> bool {
    let is_left = *count > 0;
    *count = count.saturating_sub(1);
    is_left
}

impl Drift {
    /// Makes the change wherever the pointer leads in this body.
    pub(super) fn apply(&self, body: &mut Value) {
        let steps: Vec<String> =
            self.pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        self.walk(body, &steps);
    }

    fn walk(&self, node: &mut Value, steps: &[String]) {
        let Some((step, rest)) = steps.split_first() else {
            if let Some(value) = &self.set {
                *node = value.clone();
            }
            return;
        };
        match node {
            Value::Object(fields) if step == "*" => fields.values_mut().for_each(|child| self.walk(child, rest)),
            Value::Array(children) if step == "*" => children.iter_mut().for_each(|child| self.walk(child, rest)),
            Value::Object(fields) if rest.is_empty() && self.remove => {
                fields.remove(step);
            }
            Value::Object(fields) if rest.is_empty() => {
                fields.extend(self.set.clone().map(|value| (step.clone(), value)));
            }
            Value::Object(fields) => fields.get_mut(step).into_iter().for_each(|child| self.walk(child, rest)),
            Value::Array(children) => self.walk_array(children, step, rest),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn walk_array(&self, children: &mut Vec<Value>, step: &str, rest: &[String]) {
        let Ok(place) = step.parse::<usize>() else { return };
        if self.remove && rest.is_empty() && place < children.len() {
            children.remove(place);
        } else if let Some(child) = children.get_mut(place) {
            self.walk(child, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn drifted(drift: Value, mut body: Value) -> Value {
        let drift: Drift = serde_json::from_value(drift).unwrap();
        drift.apply(&mut body);
        body
    }

    #[test]
    fn drift_sets_and_removes_under_every_element() {
        let body = json!({ "result": [{ "a": 1 }, { "a": 2 }] });
        assert_eq!(
            drifted(json!({ "operation": "x", "pointer": "/result/*/a", "set": null }), body.clone()),
            json!({ "result": [{ "a": null }, { "a": null }] })
        );
        assert_eq!(
            drifted(json!({ "operation": "x", "pointer": "/result/1/a", "remove": true }), body),
            json!({ "result": [{ "a": 1 }, {}] })
        );
    }

    #[test]
    fn a_fault_without_an_operation_leaves_signing_in_alone() {
        let mut faults = Faults::default().with("fail_next", &json!({ "status": 503 })).unwrap();
        assert!(faults.mishap(Target { operation: "createToken", signs_in: true }, Moment::Before).is_none());
        assert!(faults.mishap(Target { operation: "list", signs_in: false }, Moment::After).is_none());
        assert!(faults.mishap(Target { operation: "list", signs_in: false }, Moment::Before).is_some());
        assert!(faults.mishap(Target { operation: "list", signs_in: false }, Moment::Before).is_none());
    }

    #[test]
    fn a_fault_can_let_some_requests_through_before_it_strikes() {
        let reset = json!({ "spare": 2, "operation": "create" });
        let mut faults = Faults::default().with("reset_next", &reset).unwrap();
        let target = Target { operation: "create", signs_in: false };
        let struck: Vec<bool> = (0..4).map(|_| faults.mishap(target, Moment::Before).is_some()).collect();
        assert_eq!(struck, [false, false, true, false]);
    }

    #[test]
    fn unknown_faults_and_wrong_values_are_refused() {
        assert!(Faults::default().with("latency", &json!(1)).is_err());
        assert!(Faults::default().with("latency_ms", &json!("soon")).is_err());
        assert_eq!(
            Faults::default()
                .with("latency_ms", &json!(5))
                .unwrap()
                .with("latency_ms", &Value::Null)
                .unwrap()
                .latency_ms,
            0
        );
    }
}
