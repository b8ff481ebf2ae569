//! A mapping that keeps the order of the file.

use std::{borrow::Borrow, collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IntoDeserializer as _, MapAccess, Visitor, value::StringDeserializer},
};

/// A mapping that keeps the order of the file.
#[derive(Clone, Debug)]
pub struct Members<T, K = String> {
    entries: Vec<(K, T)>,
    places: BTreeMap<K, usize>,
}

impl<T, K: Ord> Members<T, K> {
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&T>
    where
        K: Borrow<Q>,
    {
        self.places.get(key).map(|place| &self.entries[*place].1)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &T)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

impl<T, K> Default for Members<T, K> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T, K> IntoIterator for Members<T, K> {
    type Item = (K, T);
    type IntoIter = std::vec::IntoIter<(K, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<T: Serialize, K: Serialize + Ord> Serialize for Members<T, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>, K: Deserialize<'de> + Ord + Clone> Deserialize<'de> for Members<T, K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T, K>(PhantomData<(T, K)>);

        impl<'de, T: Deserialize<'de>, K: Deserialize<'de> + Ord + Clone> Visitor<'de> for InOrder<T, K> {
            type Value = Members<T, K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                // Read as a string first, so that serde_path_to_error sees it.
                while let Some(key) = map.next_key::<String>()? {
                    let text: StringDeserializer<A::Error> = key.into_deserializer();
                    let (key, value) = (K::deserialize(text)?, map.next_value()?);
                    members.places.insert(key.clone(), members.entries.len());
                    members.entries.push((key, value));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
