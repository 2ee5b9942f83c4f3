"""What readers ask, and the story of the demonstration that must be among the first three hits.

language | question | key of the story (fixtures/demo/stories/<language>/<key>.html)
"""

GOLDEN = """
en | brent floor | brent-floor
en | Brent | brent-floor
en | Брент | brent-floor
en | brents | brent-floor
en | caspian pipeline tariff | eastern-line
en | pipelines fill | eastern-line
en | pipeline | eastern-line
en | who pays half empty | pipeline-half-empty
en | pipe* half | pipeline-half-empty
en | transit price | one-price-transit
en | summits | one-price-transit
en | container Omsk Dushanbe | one-map-four-gauges
en | single gauge | one-map-four-gauges
en | wagon shortage | wagon-shortage
en | wagons shortages | wagon-shortage
en | empty wagons | empty-wagons-discount
en | rail discount | empty-wagons-discount
en | Ilek | empty-wagons-discount
en | wind farm | wind-second-line
en | Dzungarian | wind-second-line
en | second line -brent | wind-second-line
en | solar tender | solar-tender
en | solar plant Uzbek | textile-solar
en | Kumushbuloq | textile-solar
en | textiles | textile-solar
en | Aminov | textile-solar
en | R. Aminov | textile-solar
en | АИ-95 | petrol-costs-more
en | AI-95 | petrol-costs-more
en | AI95 | petrol-costs-more
en | ai 95 refinery towns | petrol-costs-more
en | AI-92 canisters | border-fuel-contracts
en | 60 litres | border-stations-cap
en | Kyzylbulak | border-stations-cap
en | petrol prices weekend | weekend-price-gaps
en | regulators fuel chain | weekend-price-gaps
en | price of diesel | diesel-third-session
en | wholesale diesel | diesel-third-session
en | winter diesel | winter-diesel-blend
en | kerosene | winter-diesel-blend
en | "tank wagons" frost | wagon-shortage
en | refinery bitumen | bitumen-jet-fuel
en | jet fuel | bitumen-jet-fuel
en | Bekov refinery | bitumen-jet-fuel
en | flare | flare-goes-out
en | Tuzkala | flare-goes-out
en | rouble | rouble-opens-firmer
en | roubles taxes | rouble-opens-firmer
en | five numbers | rouble-five-numbers
en | exporters dollars | exporters-bring-dollars
en | tenge | tenge-steady
en | importers | tenge-steady
en | gas storage Uzbekistan | gas-storage-season
en | 6.18bn cubic metres | gas-storage-season
en | gas bus | siberian-gas-buses
en | Novosibirsk | siberian-gas-buses
en | grain railways | grain-coal-priority
en | grain | grain-coal-priority
en | reservoirs winter water | kyrgyz-reservoir
en | Kyrgyzstan electricity | kyrgyz-reservoir
en | cooling towers | old-towers
en | Karasor | old-towers
en | heating bill | heating-by-the-hour
en | hourly meter | heating-by-the-hour
en | turbine | turbine-workshop
en | Turbines fitters | jobs-in-maintenance
en | hiring | jobs-in-maintenance
en | Karaganda rotors | turbine-workshop
en | power futures Almaty | power-futures
en | Arctic | arctic-depot
en | 118,000 tonnes diesel | arctic-depot
en | 118000 | arctic-depot
en | DIKSON | arctic-depot
en | battery railway | batteries-railway
en | traction substations | batteries-railway
en | tankers queue | tanker-queue
en | Aktau berth | caspian-berth
en | caspian port bulletin | caspian-berth
en | barge rigs | shallow-caspian-rigs
en | drilling Caspian | shallow-caspian-rigs
en | reserves footnote | read-the-footnotes
en | geothermal | wells-heat
en | old well heat | wells-heat
en | dry port crane | dry-port-cranes
en | crane training | sponsored-training
en | rice river Ili | delta-farmers
en | farmer hydropower | delta-farmers
en | cheap barrel litre | cheap-barrel
en | forecourt | forecourt-price
en | power deman | cold-lifts-demand
en | frost | cold-lifts-demand
en | Orlov turbine | turbine-workshop
en | rented tanks | brent-floor
en | what do I pay for in a litre of petrol | forecourt-price
en | fuel rationing Kazakhstan | border-stations-cap
en | Kyrgyz petrol canisters | border-fuel-contracts
en | gasoline | petrol-costs-more
en | cheapest electricity coal vs solar | solar-tender
en | Uzbekistan cotton solar | textile-solar
en | ships waiting Volga | tanker-queue
en | storm Caspian terminal | caspian-berth
en | dam river rice | delta-farmers
en | train batteries | batteries-railway
en | airport fuel shortage | bitumen-jet-fuel
en | road building bitumen price | bitumen-jet-fuel
en | middle corridor container price | one-price-transit
en | ruble exchange rate | rouble-five-numbers
en | unemployment jobs energy engineers | jobs-in-maintenance
en | smart meters heating Kostanay | heating-by-the-hour
en | transformers January Taraz | early-january
en | electricity exchange | power-futures
en | Tuzkala refinery gas flaring | flare-goes-out
en | Arctic heating fuel | arctic-depot
en | oil reserves Kazakhstan | read-the-footnotes
en | refinery maintenance April | refiners-delay-repairs
en | tariff linked to Brent | small-producers-tariff
en | KZT | tenge-steady
en | USD RUB | rouble-opens-firmer
en | coal-fired plant | old-towers
ru | нефти | brent-floor
ru | нефть | brent-floor
ru | цена нефти | brent-floor
ru | Брент | brent-floor
ru | brent | brent-floor
ru | баррель дно | brent-floor
ru | курс рубля | rouble-five-numbers
ru | рублём | rouble-five-numbers
ru | налогов терпение | rouble-five-numbers
ru | АИ-95 | zapravki-sever
ru | АИ95 | zapravki-sever
ru | AI-95 | zapravki-sever
ru | зимний дизель | zapravki-sever
ru | зимнего дизеля | zapravki-sever
ru | заправка | zapravki-sever
ru | зимнее топливо Коми | zapravki-sever
ru | Ветрова дизель | zapravki-sever
ru | цистерны депо | vagony-iz-depo
ru | цистерн | vagony-iz-depo
ru | "Степная" | vagony-iz-depo
ru | ремонт вагонов | vagony-iz-depo
ru | экспорт зерна | eksport-zerna
ru | экспортер зерно | eksport-zerna
ru | зерновоз | eksport-zerna
ru | мукомолы Ташкента | eksport-zerna
ru | диспетчер | intervyu-dispetcher
ru | трубопровод | intervyu-dispetcher
ru | тарифы нефтепроводов | intervyu-dispetcher
ru | ложная тревога | intervyu-dispetcher
ru | ветростанция | wind-second-line
ru | парк Джунгарские ворота | wind-second-line
ru | вторая линия | wind-second-line
ru | Серикова | wind-second-line
ru | А. Серикова ветер | wind-second-line
ru | солнечная энергия | solar-tender
ru | торги солнце уголь | solar-tender
ru | 11,62 тенге | solar-tender
ru | градирня | old-towers
ru | угольных станций | old-towers
ru | Карасорская | old-towers
ru | Костанай тепло | heating-by-the-hour
ru | почасовые счетчики | heating-by-the-hour
ru | счётчик | heating-by-the-hour
ru | рис Или ГЭС | delta-farmers
ru | рисовод | delta-farmers
ru | фермер вода | delta-farmers
ru | накопитель железная дорога | batteries-railway
ru | подстанции | batteries-railway
ru | мороз электричество | cold-lifts-demand
ru | ночные морозы | cold-lifts-demand
ru | баррель -зерно | brent-floor
ru | январь трансформаторы | early-january
ru | ремонт трансформатора | early-january
ru | Тараз | early-january
ru | АЗС север | zapravki-sever
ru | доллар рубль прогноз | rouble-five-numbers
ru | солнечные электростанции Казахстан | solar-tender
ru | ветряки | wind-second-line
ru | ветроэнергетика | wind-second-line
ru | нефтепровод диспетчер ночь | intervyu-dispetcher
ru | зерно вагоны дефицит | eksport-zerna
ru | вагоны-цистерны Орск | vagony-iz-depo
ru | ремонт цистерн | vagony-iz-depo
ru | тарифы на отопление | heating-by-the-hour
ru | ГЭС на Или | delta-farmers
ru | аккумуляторы | batteries-railway
ru | нефть марки Brent упала | brent-floor
ru | электросети юг Казахстана | early-january
kk | Қызылорда | qyzylorda-su
kk | Кызылорда | qyzylorda-su
kk | кызылорданын су | qyzylorda-su
kk | су есептегіш | qyzylorda-su
kk | су есептегіштерінің | qyzylorda-su
kk | диқан | qyzylorda-su
kk | дикандарга | qyzylorda-su
kk | Сырдария | qyzylorda-su
kk | Астана жылу | astana-jylu
kk | жылу желісіне | astana-jylu
kk | астананын жылуы | astana-jylu
kk | Есіл ауданы | astana-jylu
kk | сағаттық төлем | astana-jylu
kk | Оспанова жылу | astana-jylu
kk | көмір | old-towers
kk | көмірдің мұнарасы | old-towers
kk | Қарасор | old-towers
kk | карасор станциясынын | old-towers
kk | салқындату | old-towers
kk | күн энергиясы | solar-tender
kk | кун энергиясынын тендерлері | solar-tender
kk | тендер бағасы | solar-tender
kk | 11,62 | solar-tender
kk | 11.62 теңге | solar-tender
kk | 600 МВт | solar-tender
kk | аккумулятор | batteries-railway
kk | аккумуляторларды теміржолға | batteries-railway
kk | темиржол | batteries-railway
kk | Кәрім аккумулятор | batteries-railway
kk | Карим аккумулятор | batteries-railway
kk | Тараз аяз | early-january
kk | трансформаторлар | early-january
kk | қаңтарда | early-january
kk | кантар | early-january
kk | электр желілері | early-january
kk | Алматы теміржол | batteries-railway
kk | Астана жылу желілері | astana-jylu
kk | суару | qyzylorda-su
kk | күн электр станциясы | solar-tender
kk | көмір электр станциясы | old-towers
kk | қыс электр тұтыну | early-january
kk | теміржол батареясы | batteries-railway
kk | Оңтүстік Қазақстан электр | early-january
"""

CASES = [
    (language, question, key)
    for language, question, key in (
        map(str.strip, line.split("|")) for line in GOLDEN.strip().splitlines()
    )
]
