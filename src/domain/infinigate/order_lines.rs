//! The lines of an order as a caller writes them, and as they are sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::basket::{Line as Priced, Wanted};
use super::dates;
use crate::api::infinigate::types::{
    BarracudaInfo, HpInfo, ManufacturerAdditionalInfo, OrderRequestLine, SonicWallInfo,
};
use crate::tool::near::nearest;
use crate::tool::{Error, Result};

/// What vendors want to know beyond a line's own fields.
const EXTRAS: [&str; 6] = [
    "barracuda_partner_status",
    "barracuda_commission",
    "barracuda_deal_registration_number",
    "hp_bundle_id",
    "hp_smart_quote_id",
    "sonicwall_friendly_name",
];

/// One article of an order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Infinigate or vendor SKU.
    pub sku: String,
    /// How many pieces.
    #[schemars(range(min = 0.01, max = 100_000))]
    pub quantity: f64,
    /// Special price or deal number.
    deal_number: Option<String>,
    /// Your article number.
    your_item_number: Option<String>,
    /// Serial number, for a renewal.
    serial_number: Option<String>,
    /// Serial number that is replaced.
    previous_serial_number: Option<String>,
    /// Licence to renew.
    license_id: Option<String>,
    /// First day of a renewal.
    period_start: Option<String>,
    /// Last day of a renewal.
    period_end: Option<String>,
    /// Such as {"hp_smart_quote_id": "…"}.
    vendor_extras: Option<BTreeMap<String, String>>,
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
        Ok(Wanted { sku: sku.to_owned(), quantity: self.quantity })
    }

    /// The form that is sent, by Infinigate's own number: that one is never ambiguous.
    ///
    /// # Errors
    /// `invalid_arguments` when a day is none, or a vendor's extra is unknown.
    pub fn write(&self, place: usize, priced: &Priced) -> Result<OrderRequestLine> {
        Ok(OrderRequestLine {
            item_number: Some(priced.sku.clone()),
            manufacturer_item_number: priced.vendor_sku.clone(),
            item_description: None,
            quantity: self.quantity,
            special_bid_deal_no: text(self.deal_number.as_ref()),
            your_item_number: text(self.your_item_number.as_ref()),
            your_line_number: Some((place + 1).to_string()),
            manufacturer_additional_info: self.additional(place)?,
        })
    }

    fn additional(&self, place: usize) -> Result<Option<ManufacturerAdditionalInfo>> {
        let extras = self.vendor_extras.clone().unwrap_or_default();
        if let Some(unknown) = extras.keys().find(|name| !EXTRAS.contains(&name.as_str())) {
            let near = nearest(unknown, EXTRAS.iter().copied())
                .map(|near| format!(" Did you mean {near}?"))
                .unwrap_or_default();
            return Err(of_line(place, "vendor_extras", &format!("has the unknown entry {unknown:?}"))
                .with_hint(format!("There are {}.{near}", EXTRAS.join(", "))));
        }
        let extra = |name: &str| text(extras.get(name));
        let day = |argument: &str, given: &Option<String>| -> Result<Option<String>> {
            let Some(given) = text(given.as_ref()) else { return Ok(None) };
            let moment =
                dates::read(&given).ok_or_else(|| of_line(place, argument, "is not a day such as 2026-12-31"))?;
            Ok(Some(format!("{}T00:00:00Z", moment.date())))
        };
        let barracuda = BarracudaInfo {
            partner_status: extra("barracuda_partner_status"),
            commission: extra("barracuda_commission"),
            deal_registration_number: extra("barracuda_deal_registration_number"),
        };
        let has_barracuda = extras.keys().any(|name| name.starts_with("barracuda_"));
        let hp = HpInfo { bundle_id: extra("hp_bundle_id"), smart_quote_id: extra("hp_smart_quote_id") };
        let has_hp = extras.keys().any(|name| name.starts_with("hp_"));
        let sonic_wall = extra("sonicwall_friendly_name").map(|name| SonicWallInfo { friendly_name: Some(name) });
        let info = ManufacturerAdditionalInfo {
            barracuda: has_barracuda.then_some(barracuda),
            hp: has_hp.then_some(hp),
            sonic_wall,
            license_id: text(self.license_id.as_ref()),
            period_start: day("period_start", &self.period_start)?,
            period_end: day("period_end", &self.period_end)?,
            previous_serial_number: text(self.previous_serial_number.as_ref()),
            serial_number: text(self.serial_number.as_ref()),
        };
        let is_blank = extras.is_empty()
            && [
                &info.license_id,
                &info.period_start,
                &info.period_end,
                &info.previous_serial_number,
                &info.serial_number,
            ]
            .iter()
            .all(|part| part.is_none());
        Ok((!is_blank).then_some(info))
    }
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
    use crate::domain::infinigate::money::Amount;
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
        }
    }

    fn written(line: serde_json::Value) -> Result<serde_json::Value> {
        let line: Line = serde_json::from_value(line).unwrap();
        line.write(0, &priced()).map(|line| serde_json::to_value(line).unwrap())
    }

    #[test]
    fn extras_go_where_their_vendor_wants_them() {
        let line = written(json!({ "sku": "wgt20033", "quantity": 2, "period_start": "2026-12-01",
            "vendor_extras": { "hp_bundle_id": "B1", "sonicwall_friendly_name": "HQ" } }))
        .unwrap();
        assert_eq!((&line["itemNumber"], &line["yourLineNumber"]), (&json!("200417"), &json!("1")));
        let info = &line["manufacturerAdditionalInfo"];
        assert_eq!(info["hp"]["bundleId"], "B1");
        assert_eq!(info["sonicWall"]["friendlyName"], "HQ");
        assert_eq!(info["periodStart"], "2026-12-01T00:00:00Z");
        assert!(info.get("barracuda").is_none_or(serde_json::Value::is_null));
    }

    #[test]
    fn an_unknown_extra_and_a_day_that_is_none_are_refused() {
        let extra = written(json!({ "sku": "1", "quantity": 1, "vendor_extras": { "hp_bundle": "B1" } })).unwrap_err();
        assert!(extra.hint().unwrap().contains("Did you mean hp_bundle_id?"), "{:?}", extra.hint());
        let day = written(json!({ "sku": "1", "quantity": 1, "period_end": "soon" })).unwrap_err();
        assert!(day.to_string().contains("lines.0.period_end"), "{day}");
    }
}
