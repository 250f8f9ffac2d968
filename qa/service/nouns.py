"""English nouns by what they name, so that a pattern knows a person from a thing and a place. Closed lists, on purpose:
what is in none of them makes no example question.
"""

from __future__ import annotations

ROLES = frozenset(
    "academic activist actor actress adviser advisor ambassador analyst anthropologist archaeologist archbishop"
    " architect artist astronaut astronomer athlete attorney author ballerina banker biologist bishop blogger boxer"
    " businessman businesswoman campaigner candidate captain cardinal chair chairman chairperson"
    " chairwoman champion chancellor chemist choreographer climber coach columnist comedian commander commentator"
    " commissioner composer conductor congressman congresswoman consultant coordinator correspondent councillor"
    " cricketer critic curator cyclist dancer deputy designer diplomat director diva doctor driver economist"
    " editor engineer entrepreneur envoy executive expert explorer farmer filmmaker footballer founder geologist"
    " goalkeeper golfer governor guitarist historian inspector inventor investigator journalist judge king lawmaker"
    " lawyer leader lecturer legislator librarian lieutenant magistrate manager mathematician mayor meteorologist"
    " midfielder minister model monk musician negotiator neurologist novelist nurse nun officer official owner painter"
    " pastor philosopher photographer physician physicist pianist pilot player playwright poet politician pope"
    " president priest prime-minister prince princess principal producer professor programmer prosecutor psychiatrist"
    " psychologist queen racer rapper rector referee reporter representative researcher scholar scientist"
    " screenwriter secretary senator seismologist sheriff singer skier soldier solicitor songwriter specialist"
    " spokesman spokesperson spokeswoman sprinter statesman strategist striker sultan superintendent surgeon swimmer"
    " teacher theologian trainer translator veteran virologist volcanologist wrestler writer zoologist".split()
)
# Ranks that stand before a surname alone: "What did President Tokayev say?"
RANKS = frozenset(
    "President Chancellor Senator Governor Mayor General Colonel Captain Professor Dr Dr. Mr Mr. Mrs Mrs. Ms Ms. Judge"
    " Justice Pope King Queen Prince Princess Minister Secretary Representative Congressman Congresswoman Ambassador"
    " Sheriff Inspector Bishop Archbishop Cardinal Commissioner".split()
)
THINGS = frozenset(
    "act agency agreement aircraft airline airport album alliance animal area art association asteroid award band bank"
    " bay beverage bill bird bomb book breed bridge broadcaster building business campaign canal capital castle"
    " category cathedral chain championship channel charity church city club college comet commission committee"
    " community company competition concept condition conference conflict continent cooperative corporation council"
    " country county court currency dance database desert device disease disorder district drama drug dynasty"
    " ecosystem element empire encyclopedia encyclopaedia engine enzyme event exhibition fabric factory festival film"
    " firm forest form foundation fruit fund game genre genus government group holiday hormone hospital hotel hurricane"
    " illness industry infection initiative institute institution instrument island kingdom lake language law league"
    " library magazine market material measure mechanism medication medicine memorial method metropolis mine mineral"
    " missile mission molecule monument mosque mountain movement movie municipality museum musical network newspaper"
    " newsletter nation neighborhood neighbourhood novel ocean office operation orchestra order organ organisation"
    " organization pact palace park parliament particle party peninsula period phenomenon philosophy plane planet plant"
    " platform play political-party port practice principle prison procedure process product program programme project"
    " protein protocol province publication publisher railway range receptor region religion republic reservoir resort"
    " restaurant river road rocket route satellite school sea series service settlement ship show site society"
    " software song space-station spacecraft species sport square stadium standard star state station storm strait"
    " structure style suburb substance surgery symptom syndrome system tax team technique technology telescope temple"
    " term territory test theatre theater theory tool tournament tower town trade-union tradition treaty treatment"
    " tribunal trophy union unit university vaccine valley vehicle vessel village virus volcano war weapon website"
    " wikimedia wine zone zoo".split()
)
PLACES = frozenset("New North South East West San Los Santa Saint St Mount Lake Fort El United Great Port Cape".split())
BODIES = frozenset(
    "Inc Corp Ltd University City River Street County Party Ministry Agency Committee Council Center Centre Institute"
    " Association Court House Office Department Times Post News Press Bank Group Club Park Island Islands Airport"
    " School College Church Hospital State States Republic Kingdom Union Nations Organization Organisation Foundation"
    " Company Police Army Navy Force Forces Services Service Commission Parliament Congress Senate Stadium League"
    " Cup Games Olympics Championship Championships Team Society Board Bureau Authority District Province Region Coast"
    " Bay Square Road Avenue Bridge Act Affairs Security Health Education Defense Defence Justice".split()
)
NO_NAMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August"
    " September October November December Meanwhile However Although Also According Yesterday Today Earlier Later"
    " Since Despite Experts Officials Police Authorities Witnesses Reports Analysts Critics Experts Many Some Several"
    " Both Other Others Another Following Speaking Asked Even Still Yet Now Then Here Sources Researchers Scientists"
    " English God Internet Mr Mrs Ms Dr Sir Lord Lady".split()
)
PREPOSITIONS = frozenset("in at near from to on through over around outside across into via inside toward".split())
