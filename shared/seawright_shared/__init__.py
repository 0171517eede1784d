"""What two or more services share: records, contracts, clients and thin kits."""
