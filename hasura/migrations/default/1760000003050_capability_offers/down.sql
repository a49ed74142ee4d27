-- Nothing keeps the offers without the functions: an empty table is right, only slower.
truncate private.capability_offers;
