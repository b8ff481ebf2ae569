//! Custom endpoints from the environment variables and the regions file of the official SDKs.

use std::{collections::BTreeMap, io::ErrorKind as IoErrorKind};

use huaweicloud_core::{EndpointResolver, Error, ErrorKind, metadata::Service};
use serde::Deserialize;

use crate::{Environment, file::read_text};

/// An endpoint resolver that reads `HUAWEICLOUD_SDK_REGION_<SERVICE>_<REGION>`, then the regions file.
#[derive(Clone, Debug)]
pub(crate) struct Regions {
    pub(crate) environment: Environment,
    /// The endpoint of IAM, such as that of a profile.
    pub(crate) iam_endpoint: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Region {
    id: String,
    #[serde(default)]
    endpoint: Option<String>,
    #[serde(default)]
    endpoints: Vec<String>,
}

impl EndpointResolver for Regions {
    fn endpoint(&self, service: &Service, region: &str) -> Result<Option<String>, Error> {
        let word = service.id.to_ascii_uppercase();
        let everywhere = EVERYWHERE.into_iter().find(|known| known.service == word);
        let given = self.iam_endpoint.clone().filter(|_| word == "IAM");
        let own = given.or_else(|| self.environment.get(everywhere?.variable));
        let variable = format!("HUAWEICLOUD_SDK_REGION_{word}_{}", region.replace('-', "_").to_ascii_uppercase());
        if let Some(given) = own.or_else(|| self.environment.get(&variable)) {
            // The variable may list several endpoints, separated by commas; the first one is used.
            return Ok(given.split(',').next().map(|endpoint| endpoint.trim().to_owned()));
        }
        let own_file = self.in_file(&word, region)?;
        let default = everywhere.filter(|_| service.endpoint(region).is_none()).map(|known| known.url.to_owned());
        Ok(own_file.or(default))
    }
}

/// A service that is there for every region: one without an endpoint of its own uses the default.
#[derive(Clone, Copy)]
struct Everywhere {
    service: &'static str,
    /// The variable with its endpoint, whatever the region.
    variable: &'static str,
    url: &'static str,
}

/// The services that issue credentials.
const EVERYWHERE: [Everywhere; 2] = [
    Everywhere { service: "IAM", variable: "HUAWEICLOUD_SDK_IAM_ENDPOINT", url: "https://iam.myhuaweicloud.com" },
    Everywhere {
        service: "STS",
        variable: "HUAWEICLOUD_SDK_STS_ENDPOINT",
        url: "https://sts.cn-north-4.myhuaweicloud.com",
    },
];

impl Regions {
    fn in_file(&self, service: &str, region: &str) -> Result<Option<String>, Error> {
        let Some(file) = self.environment.file("HUAWEICLOUD_SDK_REGIONS_FILE", "regions.yaml") else { return Ok(None) };
        let wrong = |reason: &str| Error::new(ErrorKind::Config, format!("{} {reason}", file.display()));
        let text = match read_text(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == IoErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(&format!("cannot be read: {error}")).with_source(error)),
        };
        find(&text, service, region).map_err(|reason| wrong(&reason))
    }
}

fn find(text: &str, service: &str, region: &str) -> Result<Option<String>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let services: BTreeMap<String, Vec<Region>> = serde_saphyr::from_str(text).map_err(|error| {
        let reason = error.to_string();
        format!("is not a list of regions by service: {}", reason.lines().next().unwrap_or_default())
    })?;
    let regions = services.iter().find(|(name, _)| name.eq_ignore_ascii_case(service)).map(|(_, regions)| regions);
    let found = regions.into_iter().flatten().find(|known| known.id == region);
    Ok(found.and_then(|known| known.endpoint.clone().or_else(|| known.endpoints.first().cloned())))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_file_of_the_sdks_is_understood() {
        let text = "OSM:\n  - id: cn-1\n    endpoint: https://osm.one\ncoc:\n  - id: cn-1\n    endpoints: ['https://a', 'https://b']\n";
        assert_eq!(find(text, "OSM", "cn-1").unwrap().as_deref(), Some("https://osm.one"));
        assert_eq!(find(text, "COC", "cn-1").unwrap().as_deref(), Some("https://a"));
        assert_eq!(find(text, "OSM", "cn-2").unwrap(), None);
        assert_eq!(find("", "OSM", "cn-1").unwrap(), None);
        assert!(find("- a\n", "OSM", "cn-1").unwrap_err().starts_with("is not a list of regions"));
    }
}
