//! The reseller and its end customers: invented companies of the DACH region.

use serde_json::{Value, json};

/// One company the reseller sells to.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    /// What mail security invoices know it by.
    pub(crate) domain: &'static str,
    /// What backup invoices know it by.
    pub(crate) code: &'static str,
    street: &'static str,
    postal_code: &'static str,
    city: &'static str,
    country: (&'static str, &'static str),
    contact: &'static str,
}

const GERMANY: (&str, &str) = ("DE", "Germany");
const AUSTRIA: (&str, &str) = ("AT", "Austria");
const SWITZERLAND: (&str, &str) = ("CH", "Switzerland");

macro_rules! customers {
    ($($name:literal $number:literal $domain:literal $code:literal $street:literal $postal:literal $city:literal $country:ident $contact:literal;)*) => {
        /// All of them. One domain carries a `www.`, as in production.
        pub(crate) const ALL: &[Customer] = &[$(Customer {
            name: $name, number: $number, domain: $domain, code: $code, street: $street,
            postal_code: $postal, city: $city, country: $country, contact: $contact,
        }),*];
    };
}

customers! {
    "Bäckerei Grünwald GmbH" "E100200" "baeckerei-gruenwald.example" "BGW" "Mühlenweg 4" "24103" "Kiel" GERMANY "Heike Grünwald";
    "Steinmetz & Söhne KG" "E100214" "steinmetz-soehne.example" "STS" "Am Steinbruch 17" "97070" "Würzburg" GERMANY "Jörg Steinmetz";
    "Zahnarztpraxis Dr. Lindqvist" "E100231" "praxis-lindqvist.example" "ZPL" "Hauptstraße 88" "20095" "Hamburg" GERMANY "Dr. Maja Lindqvist";
    "Alpenblick Hotelbetriebe GmbH" "E100247" "alpenblick-hotels.example" "ALP" "Seepromenade 2" "6020" "Innsbruck" AUSTRIA "Florian Moser";
    "Kanzlei Weber Huber Partner" "E100252" "www.weber-huber.example" "WHP" "Ringstraße 11" "1010" "Wien" AUSTRIA "Mag. Eva Huber";
    "Tessiner Feinmechanik AG" "E100268" "tessiner-fm.example" "TFM" "Via Industria 9" "6900" "Lugano" SWITZERLAND "Luca Bernasconi";
    "Uhrwerk Aarau AG" "E100273" "uhrwerk-aarau.example" "UWA" "Bahnhofstrasse 31" "5000" "Aarau" SWITZERLAND "Reto Hunziker";
    "Spedition Nordwind GmbH" "E100289" "spedition-nordwind.example" "SNO" "Hafenstraße 140" "27570" "Bremerhaven" GERMANY "Antje Petersen";
    "Gymnasium am Stadtpark" "E100294" "gymnasium-stadtpark.example" "GAS" "Schulallee 1" "50667" "Köln" GERMANY "Ralf Böhm";
    "Stadtwerke Talheim" "E100305" "stadtwerke-talheim.example" "SWT" "Werkstraße 6" "74388" "Talheim" GERMANY "Sabine Kurz";
    "Metallbau Ohlsen eK" "E100311" "metallbau-ohlsen.example" "MBO" "Gewerbering 22" "24937" "Flensburg" GERMANY "Nils Ohlsen";
    "Weingut Sonnleiten" "E100326" "weingut-sonnleiten.example" "WSL" "Kellergasse 5" "3500" "Krems" AUSTRIA "Theresia Sonnleitner";
}

impl Customer {
    /// The company as invoice lines write it.
    pub(crate) fn company(&self) -> Value {
        let mut company = self.address();
        if let Some(fields) = company.as_object_mut() {
            fields.insert("customerNumber".to_owned(), json!(self.number));
        }
        company
    }

    /// The company as quotes write it.
    pub(crate) fn address(&self) -> Value {
        json!({ "name": self.name, "street": self.street, "additionalAddressInfo": null, "postalCode": self.postal_code,
            "city": self.city, "countryCode": self.country.0, "countryName": self.country.1 })
    }

    /// Who answers there.
    pub(crate) fn contact(&self) -> Value {
        json!({ "name": self.contact, "phoneNumber": null, "fax": null,
            "eMail": format!("it@{}", self.domain.trim_start_matches("www.")) })
    }
}

/// The reseller whose account this is.
pub(crate) fn reseller() -> Value {
    json!({ "name": "Systemhaus Nordlicht GmbH", "street": "Werftbahnstraße 8", "additionalAddressInfo": "2. Stock",
        "postalCode": "24143", "city": "Kiel", "countryCode": "DE", "countryName": "Germany" })
}
