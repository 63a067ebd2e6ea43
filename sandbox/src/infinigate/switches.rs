//! The doubtful shapes of the real service: what the facts leave open is a switch here, so that clients can be tried with each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// All switches; the defaults are what the facts hold most likely.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switches {
    /// How the first path segment of quote and order POSTs is spelt. Reading is always `order-management`.
    pub(super) orders_segment: OrdersSegment,
    /// How the look-up by Infinigate SKU is spelt.
    pub(super) sku_path: SkuPath,
    /// How price lists come.
    pub(super) list_shape_pricelist: ListShape,
    /// How the list of quotes comes.
    pub(super) list_shape_quotes: ListShape,
    /// How the search count comes.
    pub(super) count_shape: CountShape,
    /// What accepting, rejecting, requesting and ordering answer.
    pub(super) write_response: WriteResponse,
    /// What a missing or expired bearer is told.
    pub(super) bearer_401_body: Bearer401Body,
    /// Seconds a token lives. Setting it forgets all tokens issued so far, which is also how a test ends one early.
    pub(super) token_ttl: u64,
    /// The most rows an answer has, whatever `Take` says; no limit when null.
    pub(super) max_take: Option<usize>,
    /// Whether fields without a value are left out instead of null.
    pub(super) drop_null_fields: bool,
    /// The status for a revision that is not the current one: 409 or 400.
    pub(super) stale_revision: u16,
    /// Whether an invoice with the same reference appears as soon as something is bought.
    pub(super) order_invoice: OrderInvoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrdersSegment {
    Management,
    Managment,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SkuPath {
    Sku,
    Skus,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ListShape {
    Paged,
    Array,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CountShape {
    Number,
    Object,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WriteResponse {
    Sync,
    Ack,
    Empty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bearer401Body {
    Apim,
    Empty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrderInvoice {
    Later,
    AtOnce,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            orders_segment: OrdersSegment::Management,
            sku_path: SkuPath::Sku,
            list_shape_pricelist: ListShape::Paged,
            list_shape_quotes: ListShape::Paged,
            count_shape: CountShape::Number,
            write_response: WriteResponse::Sync,
            bearer_401_body: Bearer401Body::Apim,
            token_ttl: 300,
            max_take: None,
            drop_null_fields: false,
            stale_revision: 409,
            order_invoice: OrderInvoice::Later,
        }
    }
}

impl Switches {
    /// Every switch with its present value.
    pub(super) fn values(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(values)) => values,
            _ => Map::new(),
        }
    }

    /// These switches with one changed.
    pub(super) fn with(&self, name: &str, value: &Value) -> Result<Self, String> {
        let mut values = self.values();
        match values.get_mut(name) {
            Some(present) => *present = value.clone(),
            None => return Err("there is no such switch".to_owned()),
        }
        let changed: Self = serde_json::from_value(Value::Object(values)).map_err(|error| error.to_string())?;
        if ![400, 409].contains(&changed.stale_revision) {
            return Err("is 409 or 400".to_owned());
        }
        Ok(changed)
    }

    /// Whether a route spelt like this exists.
    pub(super) fn has_route(&self, template: &str) -> bool {
        if template.starts_with("/order-managment/") {
            self.orders_segment != OrdersSegment::Management
        } else if template.ends_with("/pricelist/skus") {
            self.sku_path != SkuPath::Sku
        } else if template.ends_with("/pricelist/sku") {
            self.sku_path != SkuPath::Skus
        } else if ["/acceptance", "/reject", "/request"].iter().any(|end| template.ends_with(end)) {
            self.orders_segment != OrdersSegment::Managment
        } else {
            true
        }
    }
}
