-- What the catalogue of an older database offers: a change of nothing makes it known.
update public.plans set rank = rank where false;
