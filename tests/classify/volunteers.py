"""Sixty passages of one kind, of invented places: people at home who give and gather for those at the front."""

from __future__ import annotations

MOVED = """
The pupils of Tarnmouth sold honey at the market and sent the takings to a fund that buys pickups for the river guard.
Volunteers in Karsk have sewn four thousand warm vests since autumn; a lorry takes them to the units every Friday.
A retired baker from Lindholm gave his savings, nine thousand crowns, to the collection for night sights.
In the gym of the Ferren school, women tie camouflage nets from old curtains, forty metres on a good evening.
The charity of the singer Mina Asren raised a million crowns in two days for ambulances.
Every Sunday the parish of Calder cooks dumplings for a battalion; last week it was eleven hundred.
Students in Sorvat print splints on three machines in a cellar and give them away to medics.
A cyclist rode from the coast to the hills to gather money for stoves, and came home with enough for sixty.
The fund "Warm Hands" reported that donations have fallen by a third since the spring.
Two brothers rebuild old vans in their garage, paint them green and drive them to the brigade themselves.
Children's drawings were auctioned in Norrmark; the buyers paid for two generators.
The owner of a laundry washes uniforms free of charge and asks guests to drop coins into a jar for batteries.
A fundraiser with a quiz and soup brought in the price of a thermal camera, the organisers in Ilma said.
Fishermen from the delta gave smoked eel to the volunteers' kitchen, which feeds the hospital trains.
The collection for radio sets was closed within an hour after a comedian had shared it.
Pensioners make trench candles out of tins and wax, and a scout group carries the boxes to the post.
A volunteer from Tarn was honoured by the mayor for her two hundredth trip with medicine and socks.
The chess club gave up its trophies to be melted, and donated what the metal brought.
Donors from abroad paid for the tyres, a garage in Karsk fitted them, and the convoy of six cars left on Monday.
The weekly fair of the volunteers in Aldovar sold jam and candles in aid of the wounded.
A barber cuts hair for a donation; by New Year he wants to pay for a boat.
The foundation audits its accounts each quarter and shows on its page where every crown of donations went.
Knitters of all ages meet in the library and have sent a thousand pairs of socks this winter.
An auction of a signed shirt brought forty thousand crowns for the collection of the tank crews.
Villagers gave potatoes, lard and firewood; the volunteers' bus was so full that the driver sat on sacks.
The fund's founder, a former teacher, says that small donations of ten crowns keep it going.
Engineers who volunteer after work solder power banks out of old cells and give them to signallers.
A school class collected bottle caps to pay for a prosthesis, and the parents doubled the sum.
The theatre in Lindholm plays for the army's fund on Mondays, and the cloakroom takes gifts of tea.
Motorcyclists brought forty tourniquets bought with the donations of their club.
""".strip().splitlines()

UNSEEN = """
A choir from the lower town sang in the underpass and gathered enough donations for a pump and two tents.
The volunteers of Ferren drove out with stoves, blankets and letters, as they do twice a month.
A florist gave half of what she earned in March to the collection for ambulances.
Old sails from the yacht club become stretchers in the hands of eleven volunteers.
The fund for medics bought three vans with what its donors had sent over the holidays.
In the cellar of the town hall retired teachers tie nets, and the children cut the strips.
Runners paid a starting fee that went to the brigade's collection, and the winner gave back his prize.
A village of two hundred souls raised money for a pickup, painted it and sent it off with a blessing.
The charity showed its accounts: nine tenths of all donations were spent on batteries and bandages.
A tailor sews covers for stretchers at night and takes no crown for it.
The café gives its tips to the army's fund, and regulars round up.
Volunteers cook borscht in a field kitchen by the station for those who come back from the front on leave.
Schoolgirls baked gingerbread, sold it after mass and sent the takings to the hospital's collection.
An old couple donated the car that they had kept for trips to the sea.
The library's knitters packed their five hundredth parcel of socks and gloves.
A painter auctioned three pictures, and the buyers paid straight to the fund for night sights.
Gardeners sold seedlings for a collection that pays for generators.
The scouts carried trench candles and tea to the lorry that leaves for the units each Friday.
Donors in seventeen countries paid for the boats that the volunteers handed over on Tuesday.
A mechanic mends vans for the battalion free of charge and asks only for spare parts.
The band gave a concert for the wounded, and a hat went round until it was full.
A dentist treats soldiers on leave for nothing, and patients may donate for the material.
The fundraiser at the mill brought in twice as much as the organisers had hoped for.
Pupils melt wax into tins; their school has sent nine hundred candles so far.
The foundation of a former goalkeeper handed over two ambulances bought with donations.
Women from four villages make dried soup for the troops, and the post carries it at no cost.
A farmer gave a ton of flour to the volunteers' bakery.
Members of the bowling club collected money for tourniquets and drove them to the medics.
The volunteer centre in Norrmark is looking for drivers, since every week it sends out more parcels.
After the film the audience gave enough to pay for one radio set.
""".strip().splitlines()
