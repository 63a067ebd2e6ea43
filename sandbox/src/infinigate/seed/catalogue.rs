//! The price list: about two hundred articles, made from families of products, and the odd ones that exercise quirks.

use serde_json::{Value, json};

use super::vendors::{self, Family, Vendor};

/// One article of the price list. Amounts are in cents, without VAT.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) sku: String,
    pub(crate) vendor_sku: String,
    pub(crate) vendor: Vendor,
    pub(crate) kind: Kind,
    pub(crate) description: String,
    /// The list price and the reseller's discount in percent; absent for articles priced on request.
    pub(crate) price: Option<(i64, i64)>,
    pub(crate) currency: &'static str,
    pub(crate) stock: Option<i64>,
    pub(crate) license_type: Option<&'static str>,
    pub(crate) end_user_type: &'static str,
    /// The smallest and the largest number of licences this price is for.
    pub(crate) band: Option<(u32, Option<u32>)>,
}

/// What is bought: goods, or the right to use something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Hardware,
    Software,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hardware => "Hardware",
            Self::Software => "Software",
        }
    }
}

impl Article {
    /// The reseller's buying price in cents; none for articles priced on request.
    pub(crate) fn buying_cents(&self) -> Option<i64> {
        self.price.map(|(cents, discount)| (cents * (100 - discount) + 50) / 100)
    }

    /// The row of a price list. Currency is spelt as production spells it.
    pub(crate) fn row(&self) -> Value {
        let price = self.price.map(|(cents, discount)| {
            json!({ "price": money(cents), "discountPercent": discount, "discountedPrice": self.buying_cents().map(money),
                "CurrencyCode": self.currency })
        });
        let band = self.band.map(|(min, max)| json!({ "min": min, "max": max }));
        json!({ "sku": self.sku, "vendorSku": self.vendor_sku, "productType": self.kind.name(),
            "descriptionFullText": self.description, "vendorName": self.vendor.name, "priceOnRequest": self.price.is_none(),
            "listPrice": price, "stockLevel": self.stock, "licenseType": self.license_type,
            "endUserType": self.end_user_type, "licenseBand": band })
    }
}

/// Cents as the number the API gives.
pub(crate) fn money(cents: i64) -> f64 {
    cents as f64 / 100.0
}

/// The whole price list, always the same.
pub(crate) fn articles() -> Vec<Article> {
    let mut all = odd_ones();
    vendors::HARDWARE.iter().for_each(|family| appliances(family, &mut all));
    vendors::SOFTWARE.iter().for_each(|family| licences(family, &mut all));
    // Education and government prices exist for a few products only.
    vendors::SOFTWARE.iter().take(3).for_each(|family| tiers(family, &mut all));
    all
}

/// Item numbers are plain running numbers, but for two vendors whose goods carry a prefixed code.
fn sku(vendor: Vendor, part: &str, place: usize) -> String {
    if vendor == vendors::HORNETSECURITY || vendor == vendors::N_ABLE {
        format!("{}-{part}", vendor.code)
    } else {
        format!("{}", 300_100 + place * 7)
    }
}

fn appliances(family: &Family, all: &mut Vec<Article>) {
    for years in [0_i64, 1, 3, 5] {
        let part = if years == 0 { family.part.to_owned() } else { format!("{}-{years}Y", family.part) };
        let support = if years == 0 {
            "appliance only".to_owned()
        } else {
            format!("with {years} year(s) of support and security services")
        };
        let place = all.len();
        all.push(Article {
            sku: sku(family.vendor, &part, place),
            vendor_sku: part,
            vendor: family.vendor,
            kind: Kind::Hardware,
            description: format!("{}, {support}", family.name),
            price: Some((family.cents + family.cents * years * 28 / 100, family.discount)),
            currency: "EUR",
            // Every fifth article is out of stock.
            stock: Some(if place.is_multiple_of(5) { 0 } else { (place as i64 * 7) % 43 + 1 }),
            license_type: None,
            end_user_type: "Std",
            band: None,
        });
    }
}

fn licences(family: &Family, all: &mut Vec<Article>) {
    for (min, max, rebate) in [(1, Some(9), 0), (10, Some(49), 8), (50, None, 15)] {
        for years in [1_i64, 3] {
            let part = format!("{}{min:02}{years}Y", family.part);
            // Three years cost as much as two and a half.
            let cents = family.cents * (100 - rebate) / 100 * if years == 3 { 5 } else { 2 } / 2;
            all.push(licence(family, part, cents, years, (min, max), ("Std", all.len())));
        }
    }
}

fn tiers(family: &Family, all: &mut Vec<Article>) {
    for (tier, rebate) in [("Edu", 40), ("GOV", 25)] {
        let part = format!("{}011Y-{}", family.part, tier.to_ascii_uppercase());
        all.push(licence(family, part, family.cents * (100 - rebate) / 100, 1, (1, Some(9)), (tier, all.len())));
    }
}

fn licence(
    family: &Family,
    part: String,
    cents: i64,
    years: i64,
    band: (u32, Option<u32>),
    (tier, place): (&'static str, usize),
) -> Article {
    let range = band.1.map_or_else(|| format!("{} and more", band.0), |max| format!("{} to {max}", band.0));
    Article {
        sku: sku(family.vendor, &part, place),
        vendor_sku: part,
        vendor: family.vendor,
        kind: Kind::Software,
        description: format!("{}, {range} users, {years} year(s)", family.name),
        price: Some((cents, family.discount)),
        currency: "EUR",
        stock: None,
        license_type: Some(if years == 3 { "Renewal" } else { "New" }),
        end_user_type: tier,
        band: Some(band),
    }
}

/// Articles that are there for a reason, which each comment gives.
fn odd_ones() -> Vec<Article> {
    let plain = |sku: &str, part: &str, vendor, description: &str, price| Article {
        sku: sku.to_owned(),
        vendor_sku: part.to_owned(),
        vendor,
        kind: Kind::Hardware,
        description: description.to_owned(),
        price,
        currency: "EUR",
        stock: Some(12),
        license_type: None,
        end_user_type: "Std",
        band: None,
    };
    let monthly = |sku: &str, part: &str, vendor, description: &str, cents| Article {
        kind: Kind::Software,
        stock: None,
        license_type: Some("Subscription"),
        ..plain(sku, part, vendor, description, Some((cents, 0)))
    };
    vec![
        Article {
            license_type: Some("New"),
            band: Some((1, Some(1))),
            ..plain(
                "200417",
                "WGT20033",
                vendors::WATCHGUARD,
                "Firebox T25 with 3 years Total Security Suite",
                Some((161_400, 25)),
            )
        },
        // One part number of the manufacturer, two item numbers of the distributor.
        plain(
            "200418",
            "WGT20041",
            vendors::WATCHGUARD,
            "Firebox T25-W with 1 year Basic Security Suite",
            Some((92_300, 25)),
        ),
        plain(
            "200981",
            "WGT20041",
            vendors::WATCHGUARD,
            "Firebox T25-W with 1 year Basic Security Suite, trade-in",
            Some((78_455, 25)),
        ),
        // The item number is the manufacturer's own.
        plain(
            "02-SSC-6447",
            "02-SSC-6447",
            vendors::SONICWALL,
            "TZ80 Firewall with Secure Connect",
            Some((38_100, 24)),
        ),
        // Only the distributor's sales desk knows these prices.
        plain("FTN-PROJ-1", "FG-1800F-BDL", vendors::FORTINET, "FortiGate 1800F project bundle", None),
        Article {
            stock: None,
            ..plain("SOP-SVC-DE", "PS-ONSITE-D", vendors::SOPHOS, "On-site installation, per day", None)
        },
        // Text that is too long to show whole.
        plain("300042", "BNGF12", vendors::BARRACUDA, LONG_DESCRIPTION, Some((214_900, 21))),
        // Umlauts.
        plain(
            "300049",
            "R9B40",
            vendors::ARUBA,
            "Wandhalterung für Access Points, weiß, mit Schlüssel und Zubehör",
            Some((2_490, 15)),
        ),
        // A price in another currency.
        Article {
            currency: "CHF",
            ..plain("CH-300056", "XGS87-CH", vendors::SOPHOS, "XGS 87 Firewall, Swiss power cord", Some((47_900, 20)))
        },
        // Billed by usage; the MSP invoices are about these.
        monthly("HOS-TP-M", "TP-M", vendors::HORNETSECURITY, "365 Total Protection, per mailbox and month", 195),
        monthly("HOS-TB-M", "TB-M", vendors::HORNETSECURITY, "365 Total Backup, per mailbox and month", 165),
        monthly("HOS-VMB", "VMB", vendors::HORNETSECURITY, "VM Backup, per host and month", 2_925),
        monthly("SOW-COVE-SRV", "COVE-SRV", vendors::N_ABLE, "Cove Data Protection, per server and month", 1_640),
        monthly("SOW-COVE-WKS", "COVE-WKS", vendors::N_ABLE, "Cove Data Protection, per workstation and month", 385),
    ]
}

const LONG_DESCRIPTION: &str = "CloudGen Firewall F12 with dual WAN, integrated Wi-Fi and LTE modem, for branch offices and shops. \
    Includes the appliance, a desktop power supply, rails for two units side by side, one year of Energize Updates, Instant Replacement \
    and a quick start guide in German, English and French. Firmware updates need a registered account.";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn item_numbers_are_unique_and_the_list_is_large() {
        let all = articles();
        let skus: BTreeSet<&str> = all.iter().map(|article| article.sku.as_str()).collect();
        assert_eq!(skus.len(), all.len());
        assert!((190..=220).contains(&all.len()), "{}", all.len());
    }

    #[test]
    fn the_quirks_are_in_the_list() {
        let all = articles();
        assert_eq!(all.iter().filter(|article| article.vendor_sku == "WGT20041").count(), 2);
        assert!(all.iter().any(|article| article.sku == article.vendor_sku));
        assert!(all.iter().any(|article| article.price.is_none()));
        assert!(all.iter().any(|article| article.description.chars().count() > 200));
        assert!(all.iter().any(|article| article.currency != "EUR"));
        assert!(all.iter().any(|article| article.kind == Kind::Hardware && article.stock == Some(0)));
        let tiers: BTreeSet<_> = all.iter().map(|article| article.end_user_type).collect();
        assert_eq!(tiers, ["Edu", "GOV", "Std"].into());
    }
}
