"""Ordinary English words: the tokenizer's whole words and the stuff of the toy material."""


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


GRAMMAR = words(
    """
i a the an and or not but if then so as at by for from in into of on off out over to up with
without about after again also any all another both each every few more most much many no none now
only other same some such than that there these this those too very just here still yet soon once
under am is are was were be been being do does did done have has had having can could may might
must shall should will would it its he she they them we you your my our their me him her us who
what which when where why how one two three four five six seven eight nine ten first second third
fourth last next previous new old yes please sorry thanks thank hello hi hey bye okay ok sure well
right wrong great
"""
)

VERBS = words(
    """
add allow apply ask assist back begin book borrow bring buy call cancel change charge check choose
close collect come compare complete confirm contact continue copy correct cost create decide
deliver deny describe drop edit end enter escalate exchange expect explain fetch file fill find
finish fix follow get give go going hand happen hear help hold identify join keep know learn leave
let like list live locate look lose lost made make manage match mean meet modify move name need
note offer open pause pay pick place plan prefer proceed provide put read receive refund refuse
register reject release remove renew rent repair repeat replace reply report request require
reserve reset resume return review say search see select send set ship show sign split start stay
stop submit swap switch take tell think track transfer try turn undo update use used using verify
visit wait want wish work write cancelled changed confirmed delivered found moved processed
replaced requested returned sent updated paid placed ordered allowed done ready able possible
available belongs authenticate assistance
"""
)

NOUNS = words(
    """
account address age agent amount animal apartment appliance area article author bag balance bank
bike bill board boat body book bottle box branch brand brush building bus button cable calculator
camera car card case cat cell center certificate chain chair chance charger chart child city class
clock cloth clothes code coffee color colour company computer condition connection copy corner
country couple course credit cup customer date day deal debit decision delivery desk detail
details device difference dinner doctor document dog door dollar driver earbuds email engine error
event example eye fact family farm fee field filter fish floor flower food foot form frame friend
game garden gift glass glove goods group guest guide hair hall hand headphones heart history home
hose hour hours house human id idea ids information instrument internet item items jacket jigsaw
job kettle key keyboard kind kitchen lamp language laptop lens lesson letter level library light
limit line link list loan location lock luggage machine mail map market mat material meal member
memory message method methods mile minute mistake model moment money monitor month mouse museum
music name names note notebook number numbers office option options order orders owner package
page pair paper parcel park part parts party password patient payment perfume permit person pet
phone photo picture piece place plan plant plate player plot plug point policy pool post price
print problem product products profile program projector puzzle question quantity rack range rate
reason receipt record repair result results road robot room rope route row rule running sale
school score screen seat sensor service set shelf shift ship shipping shirt shoe shoes shop side
size skateboard sleeve slot smart sneakers soap sort source space speaker sport spot staff stand
state station status stay step stock stone store storage story street student style suite summary
support sweater switch system table tablet tag task tea team teacher tennis tent test text
thermostat thing things ticket time times title today tomorrow tool top topic total tour towel
town toy tracking trail train transaction tree trip truck type unit user users vacuum value
variant variants version video view visitor visits wallet wall watch water way weather week weight
wheel window winter word words world yard year zip zone avenue lane drive boulevard
"""
)

QUALITIES = words(
    """
active automatic bad bamboo basic beige best better big black blue bright broken brown cheap
cheaper cheapest classic clean clear closed cold cotton current dark deep default different
digital dry early easy electric empty exact expensive extra fast final fine firm flat free fresh
front full gold good graphic gray green grey half happy hard heavy high hot important inactive
indoor kids large late leather left light local long low main male maple medium metal mini missing
modern narrow natural navy near nice normal open orange original outdoor own pending pink plain
plastic pink plush polished portable proper public purple quick quiet rare real red refundable
regular rose rough round rubber safe scented short silent silver simple single slim slow small
soft solid special square steel stainless standard still strong sweet tall tan thick thin tight
total unisex urgent usual valid warm waterproof white wide wired wireless wood wooden wool wrong
yellow young processed pending delivered cancelled shipped waiting blocked draft done longer
"""
)

FIELDS = words(
    """
address1 address2 brand city color count country cost created email first_name id kind label
last_four last_name line model name note options owner phone place price ref region size state
status street title total type unit value zip info details
"""
)
"""Names of fields; their parts are whole words too."""

SYLLABLES = words(
    """
ar an al am ba bel ben bo bri ca car cha chen col da dan de del den di do dor el em en er fa fer
fi ga gar gi go gra ha han har hen ho in is ja jen jo ka kai ken ki ko kov la lan le len li lin lo
lu ma mar me mei mi mo mu na nan ne ni no nor ol om or ou pa pat pe pi ra ran re ri rin ro ros sa
san sen si so son su ta tan te ti to tom tor tu ul ur va van ve vi wa we wi win wu xi ya yo yu za
zen ing tion er ed es ly ter ment ness able ight ea ee oo ck sh th st nd nt ll ss ou ow ay oi ai
ie qu
"""
)
"""Pieces of unknown words and of invented names."""

CAPITALS = words(
    """
I A The An And Or Not But If Then So As At By For From In Into Of On Off Out Over To Up With
Without About After Again Also Any All Another Both Each Every Few More Most Much Many No None Now
Only Other Same Some Such Than That There These This Those Too Very Just Here Still Yet Soon Once
Under Am Is Are Was Were Be Been Being Do Does Did Done Have Has Had Having Can Could May Might
Must Shall Should Will Would It Its He She They Them We You Your My Our Their Me Him Her Us Who
What Which When Where Why How One Two Three Four Five Six Seven Eight Nine Ten First Second Third
Fourth Last Next Previous New Old Yes Please Sorry Thanks Thank Hello Hi Hey Bye Okay Ok Sure Well
Right Wrong Great Cancel Return Exchange Modify Change Found Error Address Avenue Black Blue Book
Bottle Camera Card City Code Color Drive Email Green Lamp Lane Large Light Medium Name Number
Office Order Park Payment Please Red Road Room Set Shoes Small Smart Street Suite Table Tag Tea
Unit Water White Zip USA
"""
)
"""Words that begin sentences and names, as they are written there."""


def known() -> list[str]:
    """Return every whole word once, in a fixed order."""
    simple = (word for group in (GRAMMAR, VERBS, NOUNS, QUALITIES) for word in group)
    return list(dict.fromkeys(simple))
