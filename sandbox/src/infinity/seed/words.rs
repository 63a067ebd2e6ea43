//! Invented customers, people and places of the German-speaking market, to fill boards with.

/// A customer who exists nowhere.
pub struct Customer {
    pub name: &'static str,
    pub town: &'static str,
    pub contact: &'static str,
    pub domain: &'static str,
    pub phone: &'static str,
}

/// The customers, in a fixed order.
pub const CUSTOMERS: [Customer; 20] = [
    customer("Müllner & Söhne Maschinenbau GmbH", "Würzburg", "Jörg Müllner", "muellner-bau", "+49 931 5550101"),
    customer("Bäckerei Grünwald KG", "Köln", "Heike Grünwald", "grünwald-brot", "+49 221 5550102"),
    customer("Kanzlei Weiß, Öhler & Partner mbB", "Düsseldorf", "Dr. Sören Weiß", "weiss-oehler", "+49 211 5550103"),
    customer("Alpenblick Hotellerie AG", "Davos", "Zoë Caduff", "alpenblick-hotel", "+41 81 5550104"),
    customer("Elektrowerk Rheintal AG", "St. Gallen", "Reto Züst", "ew-rheintal", "+41 71 5550105"),
    customer("Steirische Fruchtsäfte GmbH", "Graz", "Günther Höller", "steirer-saft", "+43 316 5550106"),
    customer("Zahnarztpraxis Dr. Özdemir", "Nürnberg", "Dr. Aylin Özdemir", "praxis-oezdemir", "+49 911 5550107"),
    customer("Spedition Föhr & Löwe GmbH", "Hamburg", "Käthe Löwe", "foehr-loewe", "+49 40 5550108"),
    customer("Gemeindewerke Oberpföring", "Oberpföring", "Xaver Brünndl", "gw-oberpfoering", "+49 8161 5550109"),
    customer("Möbelhaus Küster", "Münster", "Björn Küster", "moebel-kuester", "+49 251 5550110"),
    customer("Tiroler Seilbahntechnik GmbH", "Innsbruck", "Andrä Gschließer", "tiroler-seil", "+43 512 5550111"),
    customer("Privatklinik Schönau", "Schönau", "Dr. Bärbel Kühn", "klinik-schoenau", "+49 8652 5550112"),
    customer("Uhrenmanufaktur Brülisauer SA", "Biel/Bienne", "Noël Brülisauer", "bruelisauer", "+41 32 5550113"),
    customer("Weingut Rößler", "Krems", "Elfriede Rößler", "weingut-roessler", "+43 2732 5550114"),
    customer("Stadtbücherei Lüneck", "Lüneck", "Ümit Şahin", "buecherei-lueneck", "+49 4131 5550115"),
    customer("Fahrradwerkstatt Äußere Neustadt e.K.", "Dresden", "Änne Schröder", "rad-neustadt", "+49 351 5550116"),
    customer("Präzisionsguss Thüringen GmbH & Co. KG", "Jena", "Lutz Fröbel", "pg-thueringen", "+49 3641 5550117"),
    customer("Treuhand Bürgi & Cie.", "Luzern", "Ursula Bürgi", "buergi-treuhand", "+41 41 5550118"),
    customer("Molkerei Übersee eG", "Übersee", "Vroni Hölzl", "molkerei-uebersee", "+49 8642 5550119"),
    customer("Architekturbüro Jäger Süß", "Wien", "Mag. Tamás Süß", "jaeger-suess", "+43 1 5550120"),
];

/// What an IT service provider does all day.
pub const TASKS: [&str; 14] = [
    "Bestandsaufnahme vor Ort",
    "Firewall-Tausch",
    "WLAN-Ausleuchtung",
    "Notebooks ausrollen",
    "MFA einführen",
    "Backup-Konzept prüfen",
    "Server-Migration",
    "E-Mail-Umzug nach Microsoft 365",
    "Schulung der Belegschaft",
    "Drucker-Flotte erneuern",
    "Zertifikate verlängern",
    "Notfallhandbuch schreiben",
    "Telefonie auf Teams umstellen",
    "Abnahme und Übergabe",
];

/// The steps below such a task.
pub const STEPS: [&str; 5] =
    ["Termin abstimmen", "Ware bestellen", "Konfiguration vorbereiten", "Prüfprotokoll ablegen", "Rechnung auslösen"];

const fn customer(
    name: &'static str,
    town: &'static str,
    contact: &'static str,
    domain: &'static str,
    phone: &'static str,
) -> Customer {
    Customer { name, town, contact, domain, phone }
}

/// The n-th of a list, which begins again when it ends.
pub fn pick<T>(list: &[T], number: usize) -> Option<&T> {
    list.get(number % list.len().max(1))
}
