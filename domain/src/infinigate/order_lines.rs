//! The lines of an order as a caller writes them, and as they are sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basket::{Line as Priced, Wanted};
use super::dates;
use super::money::Amount;
use infini_mcp_core::api::infinigate::types::{
    BarracudaInfo, HpInfo, ManufacturerAdditionalInfo, OrderRequestLine, SonicWallInfo,
};
use infini_mcp_core::tool::{Error, Result};

/// One article of an order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Infinigate's or the vendor's SKU.
    pub sku: String,
    /// How many pieces.
    #[schemars(range(min = 0.01, max = 100_000))]
    pub quantity: f64,
    /// Special price or deal number.
    deal_number: Option<String>,
    // Written out, these would take more of a model's attention than all the rest of an order.
    /// JSON: your_item_number; for renewals serial_number, previous_serial_number, license_id, period_start, period_end; for vendors hp_smart_quote_id, hp_bundle_id, barracuda_deal_registration_number, barracuda_partner_status, barracuda_commission, sonicwall_friendly_name.
    #[schemars(with = "Option<BTreeMap<String, String>>", extend("x-announced" = "string"))]
    extras: Option<Extras>,
}

/// What only some lines need.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Extras {
    your_item_number: Option<String>,
    serial_number: Option<String>,
    previous_serial_number: Option<String>,
    license_id: Option<String>,
    period_start: Option<String>,
    period_end: Option<String>,
    hp_smart_quote_id: Option<String>,
    hp_bundle_id: Option<String>,
    barracuda_deal_registration_number: Option<String>,
    barracuda_partner_status: Option<String>,
    barracuda_commission: Option<String>,
    sonicwall_friendly_name: Option<String>,
}

impl Line {
    /// What is looked up of it.
    ///
    /// # Errors
    /// `invalid_arguments` when the number is blank.
    pub fn wanted(&self, place: usize) -> Result<Wanted> {
        let sku = self.sku.trim();
        if sku.is_empty() {
            return Err(of_line(place, "sku", "is blank"));
        }
        Ok(Wanted { sku: sku.to_owned(), quantity: Amount::of(self.quantity) })
    }

    /// The form that is sent, by Infinigate's own number: that one is never ambiguous.
    ///
    /// # Errors
    /// `invalid_arguments` when a day of a renewal is none.
    pub fn write(&self, place: usize, priced: &Priced) -> Result<OrderRequestLine> {
        let extras = self.extras.clone().unwrap_or_default();
        Ok(OrderRequestLine {
            item_number: Some(priced.sku.clone()),
            manufacturer_item_number: priced.vendor_sku.clone(),
            item_description: None,
            quantity: self.quantity,
            special_bid_deal_no: text(self.deal_number.as_ref()),
            your_item_number: text(extras.your_item_number.as_ref()),
            your_line_number: Some((place + 1).to_string()),
            manufacturer_additional_info: extras.write(place)?,
        })
    }
}

impl Extras {
    /// What is sent of them; nothing when nothing is said.
    fn write(&self, place: usize) -> Result<Option<ManufacturerAdditionalInfo>> {
        let day = |argument: &str, given: &Option<String>| -> Result<Option<String>> {
            let Some(given) = text(given.as_ref()) else { return Ok(None) };
            let day = dates::day(&given).ok_or_else(|| of_line(place, argument, "is not a day such as 2026-12-31"))?;
            Ok(Some(format!("{day}T00:00:00Z")))
        };
        let barracuda = BarracudaInfo {
            partner_status: text(self.barracuda_partner_status.as_ref()),
            commission: text(self.barracuda_commission.as_ref()),
            deal_registration_number: text(self.barracuda_deal_registration_number.as_ref()),
        };
        let hp = HpInfo {
            bundle_id: text(self.hp_bundle_id.as_ref()),
            smart_quote_id: text(self.hp_smart_quote_id.as_ref()),
        };
        let name = text(self.sonicwall_friendly_name.as_ref());
        let info = ManufacturerAdditionalInfo {
            barracuda: said(barracuda),
            hp: said(hp),
            sonic_wall: name.map(|name| SonicWallInfo { friendly_name: Some(name) }),
            license_id: text(self.license_id.as_ref()),
            period_start: day("extras.period_start", &self.period_start)?,
            period_end: day("extras.period_end", &self.period_end)?,
            previous_serial_number: text(self.previous_serial_number.as_ref()),
            serial_number: text(self.serial_number.as_ref()),
        };
        Ok(said(info))
    }
}

/// The thing, unless nothing in it is said.
fn said<T: Default + Serialize>(thing: T) -> Option<T> {
    (serde_json::to_value(&thing).ok() != serde_json::to_value(T::default()).ok()).then_some(thing)
}

fn text(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn of_line(place: usize, field: &str, problem: &str) -> Error {
    Error::of_argument(&format!("lines.{place}.{field}"), problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::api::infinigate::types::PriceListItem;
    use serde_json::json;

    fn priced() -> Priced {
        Priced {
            sku: "200417".into(),
            vendor_sku: Some("WGT20033".into()),
            description: None,
            quantity: Amount::of(1.0),
            price: Amount::of(1.0),
            net: Amount::of(1.0),
            currency: None,
            stock: None,
            article: PriceListItem::default().into(),
        }
    }

    fn written(line: serde_json::Value) -> Result<serde_json::Value> {
        let line: Line = serde_json::from_value(line).unwrap();
        line.write(0, &priced()).map(|line| serde_json::to_value(line).unwrap())
    }

    #[test]
    fn extras_go_where_their_vendor_wants_them() {
        let line = written(json!({ "sku": "wgt20033", "quantity": 2,
            "extras": { "period_start": "2026-12-01", "hp_bundle_id": "B1", "sonicwall_friendly_name": "HQ" } }))
        .unwrap();
        assert_eq!((&line["itemNumber"], &line["yourLineNumber"]), (&json!("200417"), &json!("1")));
        let info = &line["manufacturerAdditionalInfo"];
        assert_eq!(info["hp"]["bundleId"], "B1");
        assert_eq!(info["sonicWall"]["friendlyName"], "HQ");
        assert_eq!(info["periodStart"], "2026-12-01T00:00:00Z");
        assert!(info.get("barracuda").is_none_or(serde_json::Value::is_null));
    }

    #[test]
    fn a_plain_line_carries_no_extras_and_a_day_that_is_none_is_refused() {
        let plain = written(json!({ "sku": "1", "quantity": 1, "extras": { "serial_number": " " } })).unwrap();
        assert!(plain.get("manufacturerAdditionalInfo").is_none_or(serde_json::Value::is_null), "{plain}");
        let day = written(json!({ "sku": "1", "quantity": 1, "extras": { "period_end": "soon" } })).unwrap_err();
        assert!(day.to_string().contains("lines.0.extras.period_end"), "{day}");
        let unknown = json!({ "sku": "1", "quantity": 1, "extras": { "hp_bundle": "B1" } });
        assert!(serde_json::from_value::<Line>(unknown).unwrap_err().to_string().contains("unknown field `hp_bundle`"));
    }
}
