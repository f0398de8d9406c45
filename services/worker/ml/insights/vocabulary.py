"""The plain words that a model's sentence may be made of, beside the names of facts and the words of comparison.

None of them says how many, how often, when or of whom: a word that is not here is refused, so a quantity, a comparison
or a measure that nobody thought of is refused too. Words are in their base form; pure data.
"""

from __future__ import annotations

from .sentence import bases

_LITTLE = """
    a again already also although an and apparently are as at be because been being between but by can certainly
    clearly could despite did do does during easily enough especially even evidently fairly for from given had has
    have hence here how however if in indeed into is it its itself let likely may maybe might moreover must
    nevertheless nonetheless notably of on or otherwise our own particularly partly perhaps poorly possibly presumably
    probably quite rather reliably should since so still such than that the their them then there therefore these they
    this those though thus to together too towards upon very was we well were what when where whereas whether which
    while who whose why will with would yet you your
"""
_STATING = """
    accept achieve affect aim alert allow anticipate appear appreciate argue ask assess assume attain attract back beg
    belong benefit bring brought call came carry clarify come complement complicate concern confirm consider
    contradict contribute convey convince correspond demonstrate depend depict derive describe deserve diagnose
    discriminate disguise doubt draw drawn drew drive driven earn emphasise emphasize enable encourage equip establish
    estimate evoke exaggerate exhibit expect expose express face favour flatter focus form fuel gave give given guide
    hamper handle held help highlight hinder hinge hint hold hope illustrate imply impress indicate influence inform
    inspire intend interpret introduce invite involve judge justify keep kept know known leave lend let lie look made
    make matter means meant measure merit mislead motivate need note observe offer oppose overstate owe paint perform
    permit picture plead point portray pose possess prepare present prevent produce promise prompt prove provide
    qualify question raise reach reached react read reassure recommend refer reflect regard reinforce relate rely
    remain remind render report represent require respond rested rests result reveal said say see seem separate set
    show shown sit sound speak spoke stand stay stood strengthen stress strike suggest suit summarise summarize
    support surprise sustain tell tempt tend thought threaten told treat trust try underline undermine underpin
    underscore understand understate understood verify warn weaken welcome wonder worry write
"""
_JUDGING = """
    acceptable adequate alarming apt attractive awkward bad balanced believable brittle busy calm cautious clean clear
    coherent comfortable comforting compelling competitive concerning confident conservative consistent convincing
    credible critical decent deceptive defensible delicate dependable desirable different difficult direct
    disappointing discouraging disturbing doubtful easy effective efficient elevated encouraging excellent excessive
    expected fair fast favourable fine firm flat fragile genuine good great hard harmless healthy helpful high honest
    imbalanced important impressive inadequate inconclusive inconsistent inconvenient informative insufficient
    interesting large limited long loose low manageable meaningful mild misleading moderate modest narrow natural
    noisy normal notable noticeable odd okay open optimistic outstanding pessimistic plain plausible pleasing poor
    practical premature problematic productive promising proper questionable quick ready real reasonable reassuring
    relevant reliable remarkable representative respectable robust rough sane satisfactory satisfying sensible serious
    severe shaky short significant simple skewed slow small smooth solid sound stable stark steady striking strong
    substantial sufficient suitable superficial surprising suspect suspicious telling tempting thin tight tolerable
    tricky troubling true trustworthy unacceptable uncertain unclear uncomfortable undesirable uneven unexpected
    unexplained unfavourable unfortunate unreliable unremarkable unsatisfactory unstable unsuitable untypical useful
    usual vague valuable viable visible weak welcome wide wise workable worrying
"""
_MATTERS = """
    advantage advice agreement aim analysis answer argument aspect assessment assumption attempt attention balance
    base basis behavior behaviour belief bound candidate care caution challenge character check choice circumstance
    class clue column commentary comparison concern conclusion condition confusion consequence consideration context
    core credibility criterion curve data decision deployment detail development direction discussion distribution
    doubt effect emphasis end essence estimate estimation evaluation evidence example expectation experiment
    explanation fact family feature feedback figure finding fit focus foundation function generalisation generator
    ground guidance hint idea imbalance impact implication impression indication information insight intention
    interpretation interval investigation judgement judgment key kind label learning lesson light limitation logic
    matrix matter message method metric mind model moment need noise notice observation opinion opportunity outlook
    overfitting pattern performance perspective picture point position potential practice preference principle
    priority problem project property prospect purpose quality question ranking reading reality reason recommendation
    reference relevance reliability report requirement reserve result review robustness room row rule search sense
    separation service set sign signal situation split stability start statement strategy strength structure summary
    suspicion table tail task thought threat trust uncertainty underfitting understanding use usefulness validity
    value view warning way weakness word work worth
"""
JUDGING = frozenset(_JUDGING.split())
BESIDE = frozenset(f"{_LITTLE} {_STATING} {_JUDGING} {_MATTERS}".split())
"""What may stand in a clause with a figure: nothing that the figure could be taken to count or to measure."""

_THINGS = """
    ability about academic account address advertiser agency agent airline alarm alert algorithm analyst animal
    annotation another apart appliance applicant application archive article assistant auditor author authority axis
    backlog bank baseline bed benefit biopsy birth blood board body boosting bootstrap bot budget bug business buyer
    calibration camera campaign cancer candidate capacity car card career carrier case catalogue category cell centre
    chance channel chapter chart cheap churn citizen city claim classification classifier client climate clinic
    clinician code cohort colleague community company competitor complaint component computer condition confidence
    configuration consent consumer contract corpus correlation cost costly country county course coverage credit crew
    crop culture curator customer cycle danger dangerous dashboard database dataset deadline dealer debt default
    deficiency demand demonstration department depth detection developer device diagnosis diagonal dialect diet
    difference disease district doctor document domain dot driver drug economy editor education effort email emission
    employee employer energy engine engineer ensemble entry environment equipment error estimator exam examination
    example expectation expense expensive experience expert exposure extreme eye facility factory failure farmer fault
    feed field file finance fleet flight food forecast forest form frame framework fraud freight fuel fund game gap
    gas gender gene goal goods government gradient grid group guest guideline hand hardware harm hazard health heart
    hire histogram home hospital house household hyperparameter identifier identity image importance improvement
    incident income index industry infection infrastructure ingredient inspection inspector instance instrument
    insurance insurer interface intervention invalid inventory investor invoice item jurisdiction kernel lab label
    laboratory landscape language lasso law layer leader leaderboard lender lesion line load loan location log
    logistics machine maintainer maintenance manager manual map margin market material meal measurement mechanism
    media medicine member memory message meter mining mistake moderator money mortgage movement municipality name
    nature network new news night note nurse objective observation occupation office officer old oncologist operation
    operator order origin other outage outcome outlier owner pair paper paragraph parameter parcel partner passage
    passenger password path pathology patient payment pedestrian pension people person personal pest phone photo
    physician physics pipeline plan plant platform player policy pollution population portfolio possibility postcode
    power practitioner prediction premium prescription press privacy probability procedure process product profession
    professional profile program programme progress provider public pupil radiologist radiology reader recent recipe
    recipient record recruiter reference region registration registry regression regularisation regularization
    regulator relation release repair request research researcher resident residual resource response retailer ridge
    risk risky rival road robot rollout room route row rule runner safe safety salary sale sample scenario schedule
    school science scientist screening season sector security seed seller sensitive sensor sentence series server
    session setting shape shift ship shop side signal similarity site skin software soil some sometimes sound source
    specialist specimen speech sponsor staff standard state station statistician stock storage street student study
    subgroup subscriber subscription success sugar supplier surgeon surgery survey symptom system target tax teacher
    team technician telescope tenant terminal text theory therapist therapy threat threshold ticket tissue tool town
    trader traffic transaction transport treatment tree trend trial trip truck truth tumor tumour tutor university
    unusual upload user valid variable variance variant variation vector vehicle vendor victim video village virus
    visitor volume voter warehouse waste water weather web website wind window wine winner work worker workshop writer
    yield
"""
_EVENTS = """
    accelerate accompany accumulate act adapt adjust advance alter answer appoint approve arise arrive attack attend
    benefit block borrow bother bought break broke broken built burden buy cancel catch caught cause cease change
    charge choose chose chosen clash classify cluster collapse collect combine come communicate compensate compete
    complain compromise concentrate conflict confuse connect contain convert cooperate cope copy cost crash create
    criticise damage deceive decide delay deliver demand depart deploy detect develop differ discover discuss dismiss
    dispute disrupt distinguish disturb divert drain drive earn emerge employ encounter end enforce engage enrol enter
    err escalate evolve examine execute exist expand experience expire explain exploit extend extract facilitate fail
    fed feed fight filter find finish flag flow force forget forgot forgotten form found freeze frustrate fund gather
    generalise generalize get got gotten grant grown handle happen harm held hesitate hid hidden hide hire hold host
    hurt identify ignore imitate impair impose include inherit inject injure insert install interact interfere
    interrupt invent irritate isolate join justify kept label last launch leak learn learnt lengthen listen load
    locate lock loosen lose lost made maintain manage manipulate memorise memorize merge migrate misclassify mislabel
    mislead miss misuse mix monitor move name negotiate obtain occupy occur operate overestimate overfit overlap
    overload overlook override paid participate pass pay penalise persist pick plan play predict prefer prepare
    prescribe preserve prevent prioritise procure progress prohibit promote propagate propose protect publish purchase
    push ran react reappear rebuild receive recognise recognize recover reduce refer refine refuse register reject
    relax relearn release relocate remember remind remove reorganise repair repeat replace reproduce request resample
    rescue research resemble resist resolve respond restart restore restrict resume retrain retrieve return reuse
    review revise reward risk run rush sacrifice sample saturate save scale schedule screen sell send sent separate
    serve settle share shift ship shuffle simplify simulate skew sleep soften sold solve sort specialise spend spent
    stall start steal steer stem stolen stop store strain streamline stretch struck struggle submit suffer supervise
    supply switch synthesise synthesize tackle take taken talk taught teach terminate think thought tolerate took
    touch track trade trained transfer transform translate travel trigger tune tuned type uncover underestimate
    underfit undo unfold update upgrade validate vary visit wait wander waste wear wish withdraw wrap written wrote
"""
THINGS = frozenset(_THINGS.split())
APART = THINGS | frozenset(_EVENTS.split())
"""What may stand only behind the figures, in a clause that says what follows from them: things, and what happens to them."""

ACTIONS = frozenset(
    """add agree align analyse analyze annotate apply archive arrange ask assess assign audit automate avoid balance
    benchmark build calibrate cap check choose clarify clean collect compare compute confirm consider consult
    continue correct create cut decide decrease define delay deploy describe design determine develop discuss
    document drop encrypt enforce ensure establish estimate evaluate examine expand explain explore extend find fix
    focus freeze gather get give have hide improve include increase inform inspect introduce invest investigate
    involve keep label launch learn let limit link list log look lower maintain make mask match measure merge
    monitor move name narrow obtain optimise optimize pause perform plan postpone prefer prepare present prevent
    prioritise prioritize protect provide prune publish raise rebuild record redo reduce refine regularise
    regularize release remove repeat replace report reproduce request require resample restrict retrain reuse review
    revise revisit run save scale schedule search secure segment select send separate set share ship show simplify
    simulate split standardise start stop store stratify study switch test track train transform treat try tune
    understand update upgrade use validate verify visualise wait warn watch weigh weight widen withhold write""".split()
)
"""What a recommendation may tell a reader to do."""

MEASURES = frozenset(
    """accuracy auc aucpr auprc auroc availability average balanced bias brier decile deviation drift ece fold holdout
    kappa ks latency lift live logloss macro mae mape max maximum mcc mce mean median micro min minimum mse negative
    percentile positive precision prevalence production psi quantile recall rmse roc sensitivity specificity std
    test throughput train unseen uptime utility validation weighted""".split()
)
"""Measures, splits and statistics: names, whether a report has a fact of that name or not."""

ADVICE = frozenset(
    """about access across action additional after against alternative among analysis another answer anything approach
    automatic back before behind between broader busiest busy carefully chart cheaper closely comparison criterion
    current day deeper diagram do done down earlier early experimentation eye false free further future hand hold
    hour independent larger later length list logging longer manual manually method mind monitoring month nearby
    network new next night off old once option other out outside over overview plot present question random recent
    regularly representative sampling separate separately simple simpler size smaller somebody someone step strategy
    summary technique testing through training tuning under unless until up way week within wrong""".split()
)
"""What else may stand in advice, where it counts nothing."""


def listed(word: str, among: frozenset[str]) -> bool:
    """Whether a word, or what it is a form of, is one of these."""
    return word in among or any(base in among for base in bases(word))
