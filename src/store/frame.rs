//! The frame around every stored value: a version byte and a CRC-32, so that damage is noticed and named.

use super::{StoreError, Table};

const VERSION: u8 = 1;
const HEADER: usize = 5;

pub fn seal(value: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(HEADER + value.len());
    framed.push(VERSION);
    framed.extend(crc32fast::hash(value).to_le_bytes());
    framed.extend(value);
    framed
}

pub fn open(table: Table, key: &[u8], framed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = || StoreError::Damaged { table: table.name(), key: String::from_utf8_lossy(key).into_owned() };
    let (header, value) = framed.split_at_checked(HEADER).ok_or_else(damaged)?;
    let sum = u32::from_le_bytes(header[1..].try_into().expect("four bytes"));
    if header[0] == VERSION && sum == crc32fast::hash(value) { Ok(value.to_vec()) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_flipped_bit_is_noticed() {
        let framed = seal("一条记录".as_bytes());
        for bit in 0..framed.len() * 8 {
            let mut broken = framed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(open(Table::Questions, b"k", &broken).is_err());
        }
        assert_eq!(open(Table::Questions, b"k", &framed).unwrap(), "一条记录".as_bytes());
    }
}
