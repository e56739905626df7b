"""Names that reports of one event choose between: countries, their people and capitals, towns, bodies.

One line a country: `country: its people and other names / its capital | otherwise spelt, its rulers' seats`. A name in
capitals is only known in capitals. An edition adds its own names in digest.toml.
"""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = """
ukraine: ukrainian, ukrainians / kyiv | kiev, bankova
russia: russian, russians, russian federation / moscow, kremlin
belarus: belarusian, belarusians, belarussian / minsk
united states: US, U.S., USA, america, american, americans / washington, white house, pentagon, state department
united kingdom: UK, U.K., britain, british, britons, england / london, downing street, whitehall
germany: german, germans / berlin
france: french / paris, elysee, élysée
poland: polish, poles / warsaw
hungary: hungarian, hungarians / budapest
slovakia: slovak, slovaks / bratislava
czechia: czech, czechs, czech republic / prague
austria: austrian, austrians / vienna
switzerland: swiss / bern
italy: italian, italians / rome
spain: spanish, spaniards / madrid
portugal: portuguese / lisbon
netherlands: dutch / amsterdam
belgium: belgian, belgians
luxembourg: luxembourgish
ireland: irish / dublin
denmark: danish, danes / copenhagen
norway: norwegian, norwegians / oslo
sweden: swedish, swedes / stockholm
finland: finnish, finns / helsinki
iceland: icelandic / reykjavik
estonia: estonian, estonians / tallinn
latvia: latvian, latvians / riga
lithuania: lithuanian, lithuanians / vilnius
moldova: moldovan, moldovans / chisinau | chișinău
romania: romanian, romanians / bucharest
bulgaria: bulgarian, bulgarians / sofia
greece: greek, greeks / athens
serbia: serbian, serbs / belgrade
croatia: croatian, croats / zagreb
slovenia: slovenian, slovenes / ljubljana
bosnia: bosnian, bosnians / sarajevo
montenegro: montenegrin / podgorica
albania: albanian, albanians / tirana
north macedonia: macedonian / skopje
kosovo: kosovar / pristina
cyprus: cypriot / nicosia
turkey: türkiye, turkish, turks / ankara
georgia: georgian, georgians / tbilisi
armenia: armenian, armenians / yerevan
azerbaijan: azerbaijani, azeri / baku
kazakhstan: kazakh, kazakhs / astana
uzbekistan: uzbek / tashkent
kyrgyzstan: kyrgyz / bishkek
tajikistan: tajik / dushanbe
turkmenistan: turkmen / ashgabat
china: chinese / beijing
taiwan: taiwanese / taipei
japan: japanese / tokyo
north korea: north korean, north koreans, DPRK / pyongyang
south korea: south korean, south koreans / seoul
india: indian, indians / new delhi
pakistan: pakistani, pakistanis / islamabad
afghanistan: afghan, afghans, taliban / kabul
iran: iranian, iranians / tehran
iraq: iraqi, iraqis / baghdad
israel: israeli, israelis / jerusalem
syria: syrian, syrians / damascus
lebanon: lebanese / beirut
jordan: jordanian / amman
egypt: egyptian, egyptians / cairo
saudi arabia: saudi, saudis / riyadh
united arab emirates: UAE, emirati, emirates / abu dhabi
qatar: qatari / doha
south africa: south african / pretoria
brazil: brazilian, brazilians / brasilia | brasília
mexico: mexican / mexico city
canada: canadian, canadians / ottawa
australia: australian, australians / canberra
new zealand: new zealander
cuba: cuban / havana
venezuela: venezuelan / caracas
argentina: argentine, argentinian / buenos aires
vatican: holy see, pope, pontiff, papal
european union: EU, E.U., european commission, european council, european parliament / brussels
"""

BODIES: Final = """
nato: north atlantic alliance, atlantic alliance
united nations: UN, U.N., UNO, security council, general assembly
iaea: international atomic energy agency, nuclear watchdog, UN watchdog
icc: international criminal court, hague court
osce: organization for security and co-operation in europe
g7: group of seven, G 7
imf: international monetary fund
drone: UAV, UAVs, unmanned aerial vehicle, unmanned aerial vehicles, drones, shahed, shaheds, geran
pow: prisoner of war, prisoners of war, POW, POWs
president: head of state
verkhovna rada: rada, ukrainian parliament, ukraine parliament, parliament in kyiv
nuclear plant: nuclear power plant, nuclear station, nuclear power station, NPP, ZNPP
prime minister: PM, premier, head of government
flats: apartment building, apartment block, block of flats, residential building, high-rise
"""

TOWNS: Final = """
kharkiv, kharkov; odesa, odessa; dnipro, dnepr; zaporizhzhia, zaporizhzhya, zaporizhia, zaporozhye; lviv, lvov
mykolaiv, nikolaev; mariupol; kherson; luhansk, lugansk; donetsk; vinnytsia, vinnitsa; poltava; sumy
chernihiv, chernigov; cherkasy; zhytomyr, zhitomir; rivne, rovno; ivano-frankivsk; ternopil; lutsk; uzhhorod
chernivtsi; khmelnytskyi; kropyvnytskyi; kryvyi rih, krivoy rog; kremenchuk; bila tserkva; melitopol
berdiansk, berdyansk; enerhodar, energodar; nikopol; pavlohrad; kamianske; kramatorsk; sloviansk, slavyansk
bakhmut, artemivsk; pokrovsk, krasnoarmiysk; avdiivka, avdeevka; lyman; izium, izyum; kupiansk, kupyansk; vovchansk
chuhuiv; bucha; irpin; hostomel; borodianka; vasylkiv; brovary; boryspil; chornobyl, chernobyl
severodonetsk, sievierodonetsk; lysychansk; popasna; rubizhne; kreminna; toretsk, dzerzhinsk; vuhledar, ugledar
kurakhove; marinka; huliaipole; orikhiv; robotyne; tokmak; nova kakhovka; beryslav; oleshky; chasiv yar
kostiantynivka; myrnohrad; selydove; siversk; soledar; horlivka; makiivka; debaltseve; sevastopol; simferopol; kerch
feodosia, feodosiya; yalta; dzhankoi; yevpatoria; balakliia; bilohorivka; shostka; konotop
st petersburg, saint petersburg; belgorod; kursk; bryansk; voronezh; rostov; krasnodar; novorossiysk; tuapse; taganrog
saratov; engels; samara; syzran; volgograd; ryazan; tula; tver; smolensk; oryol, orel; lipetsk; kaluga; kazan; ufa
nizhny novgorod; murmansk; sochi; yekaterinburg; perm; omsk; novosibirsk; vladivostok; grozny; makhachkala; astrakhan
gomel, homel; brest; grodno; vitebsk; rzeszow, rzeszów; lublin; gdansk, gdańsk; krakow, kraków; istanbul; geneva
davos; munich; hamburg; strasbourg; the hague; antwerp; milan; venice; barcelona; new york; jeddah; dubai; shanghai
hong kong
"""
"""Towns and cities, each with the ways it is written: where a report names one, that is where it happened."""
