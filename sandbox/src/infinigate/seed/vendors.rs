//! The manufacturers whose goods the simulated distributor sells, and the goods by family.

/// A manufacturer: the short code of quotes and filters, and the name of price lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vendor {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// A product that comes in several variants. Prices are list prices in cents; part numbers are invented.
pub(super) struct Family {
    pub(super) vendor: Vendor,
    pub(super) part: &'static str,
    pub(super) name: &'static str,
    pub(super) cents: i64,
    pub(super) discount: i64,
}

pub(crate) const HORNETSECURITY: Vendor = vendor("HOS", "Hornetsecurity");
pub(crate) const N_ABLE: Vendor = vendor("SOW", "N-able");
pub(crate) const SOPHOS: Vendor = vendor("SO_CL", "Sophos");
pub(crate) const WATCHGUARD: Vendor = vendor("WGT", "WatchGuard");
pub(crate) const BARRACUDA: Vendor = vendor("BAR", "Barracuda");
pub(crate) const FORTINET: Vendor = vendor("FTN", "Fortinet");
pub(crate) const SONICWALL: Vendor = vendor("SNW", "SonicWall");
pub(crate) const ARUBA: Vendor = vendor("HPA", "HPE Aruba Networking");
pub(crate) const EXTREME: Vendor = vendor("EXT", "Extreme Networks");

/// All of them, in the order of their names.
pub(crate) const ALL: [Vendor; 9] =
    [BARRACUDA, EXTREME, FORTINET, HORNETSECURITY, ARUBA, N_ABLE, SONICWALL, SOPHOS, WATCHGUARD];

const fn vendor(code: &'static str, name: &'static str) -> Vendor {
    Vendor { code, name }
}

const fn family(vendor: Vendor, part: &'static str, name: &'static str, cents: i64, discount: i64) -> Family {
    Family { vendor, part, name, cents, discount }
}

/// Appliances; each comes bare and with one, three or five years of support.
pub(super) const HARDWARE: [Family; 22] = [
    family(WATCHGUARD, "WGT45", "Firebox T45", 98_000, 25),
    family(WATCHGUARD, "WGT85", "Firebox T85", 184_000, 25),
    family(WATCHGUARD, "WGM290", "Firebox M290", 312_000, 27),
    family(WATCHGUARD, "WGA332", "Access Point AP332CR", 61_500, 22),
    family(SOPHOS, "XGS87", "XGS 87 Firewall", 45_900, 20),
    family(SOPHOS, "XGS107", "XGS 107 Firewall", 62_900, 20),
    family(SOPHOS, "XGS2100", "XGS 2100 Firewall", 248_000, 23),
    family(SOPHOS, "APX320", "Access Point APX 320", 39_900, 18),
    family(FORTINET, "FG-40F", "FortiGate 40F", 52_500, 30),
    family(FORTINET, "FG-60F", "FortiGate 60F", 79_500, 30),
    family(FORTINET, "FG-100F", "FortiGate 100F", 296_000, 32),
    family(FORTINET, "FS-124F", "FortiSwitch 124F", 93_000, 28),
    family(SONICWALL, "TZ270", "TZ270 Firewall", 56_400, 24),
    family(SONICWALL, "TZ370", "TZ370 Firewall", 87_200, 24),
    family(SONICWALL, "NSA2700", "NSa 2700 Firewall", 318_000, 26),
    family(BARRACUDA, "BNGF80", "CloudGen Firewall F80", 101_000, 21),
    family(BARRACUDA, "BBS390", "Backup Server 390", 412_000, 19),
    family(ARUBA, "JL682", "Instant On 1930 24G Switch", 31_900, 15),
    family(ARUBA, "R9B33", "Instant On AP25 Access Point", 24_900, 15),
    family(ARUBA, "S0F81", "CX 6100 24G PoE Switch", 162_000, 34),
    family(EXTREME, "5120-24T", "Universal Switch 5120-24T", 214_000, 38),
    family(EXTREME, "AP4000", "Wireless AP4000", 88_500, 36),
];

/// Licences for one user or device and year; each comes in three volume bands for one or three years.
pub(super) const SOFTWARE: [Family; 15] = [
    family(SOPHOS, "CIXE", "Central Intercept X Essentials", 3_240, 20),
    family(SOPHOS, "CIXA", "Central Intercept X Advanced", 4_870, 20),
    family(SOPHOS, "CMDR", "Managed Detection and Response", 9_680, 22),
    family(WATCHGUARD, "WGEPDR", "Endpoint Protection Detection and Response", 5_460, 25),
    family(WATCHGUARD, "WGATH", "AuthPoint Multi-Factor Authentication", 2_710, 25),
    family(HORNETSECURITY, "TPB", "365 Total Protection Business", 2_880, 18),
    family(HORNETSECURITY, "TPE", "365 Total Protection Enterprise", 4_440, 18),
    family(HORNETSECURITY, "SAS", "Security Awareness Service", 2_160, 18),
    family(N_ABLE, "NCOV", "Cove Data Protection", 7_320, 16),
    family(N_ABLE, "NSIG", "N-sight RMM", 3_610, 16),
    family(BARRACUDA, "EPP", "Email Protection Premium", 5_130, 21),
    family(BARRACUDA, "CCB", "Cloud-to-Cloud Backup", 3_890, 21),
    family(FORTINET, "FCEMS", "FortiClient EMS", 4_150, 30),
    family(SONICWALL, "CAPC", "Capture Client Advanced", 3_970, 24),
    family(ARUBA, "CEN-AP", "Central Foundation for Access Points", 11_200, 34),
];
