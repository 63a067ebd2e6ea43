//! The parameters of a request, read as OAuth wants them read.

/// Names and values of a query or a form.
pub struct Parameters(Vec<(String, String)>);

/// A parameter that came more than once, which RFC 6749 forbids: two readers might believe different ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Repeated(pub String);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When a name comes twice, unless it is in `may_repeat`.
    pub fn parse(encoded: &[u8], may_repeat: &[&str]) -> Result<Self, Repeated> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(encoded).into_owned().collect();
        for (index, (name, _)) in pairs.iter().enumerate() {
            if !may_repeat.contains(&name.as_str()) && pairs.iter().skip(index + 1).any(|(other, _)| other == name) {
                return Err(Repeated(name.clone()));
            }
        }
        Ok(Self(pairs))
    }

    /// The value; an empty one counts as none (RFC 6749, section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a name that may come more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_none_and_a_repeated_name_is_refused() {
        let parameters = Parameters::parse(b"a=1&b=&c=%20x+y", &[]).unwrap_or_else(|_| panic!("no name comes twice"));
        assert_eq!((parameters.get("a"), parameters.get("b"), parameters.get("c")), (Some("1"), None, Some(" x y")));
        assert_eq!(Parameters::parse(b"a=1&a=1", &[]).err(), Some(Repeated("a".into())));
        assert!(Parameters::parse(b"a=1&%61=2", &[]).is_err());
        let many = Parameters::parse(b"s=1&s=2", &["s"]).unwrap_or_else(|_| panic!("this one may"));
        assert_eq!(many.all("s").collect::<Vec<_>>(), ["1", "2"]);
    }
}
