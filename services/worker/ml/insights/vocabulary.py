"""The plain words that a model's sentence may be made of, beside the names of facts and the words of comparison.

None of them says how many, how often, when or of whom: a word that is not here is refused, so a quantity, a comparison
or a measure that nobody thought of is refused too. Words are in their base form; pure data.
"""

from __future__ import annotations

from .sentence import bases

_LITTLE = """
    a an the this that these those it its itself they them their we our you your
    and or but while whereas so yet though although because since as if when where which who whose what how why whether
    thus hence therefore then than here there also too still already again even indeed rather quite very fairly clearly
    perhaps maybe probably likely such own enough together well
    is are was were be been being has have had do does did may might can could should would will must let
    partly especially particularly notably apparently presumably evidently possibly certainly easily reliably poorly
    however moreover nevertheless nonetheless otherwise
    on of in at for from to with by into towards upon despite given during between than
    """
_STATING = """
    aim alert anticipate appreciate assess assume attract back beg belong benefit clarify complement
    complicate concern contradict contribute convey convince correspond depict derive diagnose disguise doubt draw
    emphasise emphasize equip establish evoke exhibit expose face focus fuel guide hamper handle
    hope illustrate impress inform inspire intend interpret introduce involve know lend let look
    motivate note observe oppose owe paint perform permit picture plead portray possess prepare present prevent
    produce prompt qualify raise react recommend refer regard relate render report represent respond result sound
    strike surprise sustain tempt tend threaten underpin verify welcome wonder write
    show say means suggest indicate point hint confirm imply tell reveal reflect describe express summarise summarize
    demonstrate prove speak argue warn promise deserve need call ask merit matter make leave give keep hold stand stay
    remain lie sit come rests rested depend rely reach reached attain achieve measure estimate hinge help allow enable look seem appear
    read consider expect suit worry reassure invite justify require earn separate discriminate affect influence hinder
    carry bring drive driven try set form provide offer pose underline underscore highlight stress
    reinforce strengthen weaken undermine favour mislead flatter exaggerate overstate understate
    remind judge trust accept treat encourage support see understand interpret question doubt
    """
_JUDGING = """
    apt attractive awkward balanced believable brittle calm clean coherent comforting compelling competitive
    consistent credible deceptive defensible dependable desirable discouraging disturbing effective efficient
    elevated excellent excessive fine flat fragile genuine great helpful impressive inconclusive inconsistent
    inconvenient interesting limited loose manageable misleading natural normal odd okay outstanding
    pleasing premature problematic productive proper questionable reassuring sane satisfying
    shaky smooth stark suitable superficial telling tempting troubling uncertain uncomfortable undesirable
    unexpected expected uneven unfortunate unremarkable unsatisfactory unsuitable untypical valuable viable visible vague
    welcome wise workable
    good bad high low small large strong weak solid sound robust stable unstable steady reliable unreliable useful
    busy open firm acceptable unacceptable tolerable reasonable fair moderate mild modest respectable decent convincing promising
    encouraging disappointing worrying concerning alarming notable noticeable remarkable striking surprising suspicious
    poor thin narrow wide long short true different usual direct confident slow fast quick healthy comfortable tight rough clear plain doubtful important relevant serious
    severe substantial sufficient insufficient adequate inadequate real noisy cautious ready easy hard difficult simple
    sensible informative meaningful representative trustworthy honest optimistic pessimistic conservative satisfactory
    harmless tricky delicate practical unexplained unclear skewed imbalanced favourable unfavourable plausible
    """
_MATTERS = """
    advice aim analysis answer argument aspect assumption attempt behavior
    belief character check circumstance clue commentary comparison condition
    consequence consideration core credibility criterion detail development
    direction emphasis essence example expectation explanation
    feedback finding focus foundation function guidance idea implication information
    insight intention investigation key learning limitation logic method mind moment need
    notice observation opinion opportunity outlook perspective point position
    potential preference principle priority property prospect reading reality
    recommendation reference relevance requirement reserve rule sense situation
    strategy summary suspicion thought threat
    trust understanding usefulness validity view way word work
    model figure value result estimate estimation evaluation assessment judgement judgment view picture impression
    conclusion interpretation statement sign hint indication evidence signal concern attention caution care doubt room
    reason ground basis start question quality strength weakness performance behaviour fit use practice purpose task
    problem matter decision review discussion context light separation ranking agreement
    base bound metric family label choice candidate balance challenge advantage message lesson detail fact
    row data set split class column feature table search service project experiment deployment generator report
    overfitting underfitting generalisation imbalance uncertainty noise pattern structure distribution tail interval end
    effect impact matrix confusion curve reliability robustness stability warning worth kind
"""
JUDGING = frozenset(_JUDGING.split())
BESIDE = frozenset(f"{_LITTLE} {_STATING} {_JUDGING} {_MATTERS}".split())
"""What may stand in a clause with a figure: nothing that the figure could be taken to count or to measure."""

_THINGS = """
    academic advertiser agency agent airline analyst animal appliance applicant archive article assistant
    authority bed benefit biopsy blood board body bot buyer camera campaign candidate car card career carrier catalogue
    cell centre channel chart churn citizen city climate community competitor complaint component computer
    condition consumer corpus county course coverage crew crop culture curator customer cycle database deadline dealer
    debt deficiency department device dialect diet disease district domain driver drug dashboard economy
    editor education emission employee employer energy engine equipment examination exam exposure facility factory
    farmer feed field finance fleet flight food forecast form framework freight fuel fund game gas gene goods
    government grid guest guideline hazard health hire home house household image industry infection
    infrastructure ingredient inspection inspector instrument insurance insurer intervention inventory investor
    invoice item jurisdiction laboratory lab landscape leader lesion lender line location logistics
    maintainer maintenance map material meal mechanism media medicine member message meter mining moderator
    mortgage movement municipality night nature news nurse occupation office officer oncologist paper parcel
    partner passenger pathology pedestrian pension pest phone photo physics plant platform player pollution portfolio
    power practitioner premium prescription press profession professional profile programme program provider
    public pupil radiology recipe recipient recruiter reference registration registry repair researcher
    resident resource retailer rival road robot room route safety sale salary sample school science scientist
    scenario season sector security seller session shift ship side signal skin soil sound specimen speech sponsor
    staff station statistician stock street student subscriber subscription sugar surgeon surgery survey
    symptom tax teacher technician telescope tenant terminal theory therapist therapy threat ticket tissue tool
    town trader transport trial trip truck tutor university upload vehicle victim video village virus
    voter warehouse waste water weather web website wind window wine worker workshop writer yield
    ability chance danger difference goal improvement objective outcome possibility success progress state standard
    tumour tumor cancer patient case person people user customer client visitor hospital clinic doctor clinician nurse
    physician radiologist expert specialist analyst engineer developer team owner colleague manager operator regulator
    auditor author reader company bank business market shop product order payment transaction fraud loan credit claim
    application account machine sensor device request response server network capacity memory alert alarm incident
    outage failure fault bug log cost money effort risk harm benefit privacy consent policy law rule contract process
    procedure plan label annotation measurement record document text note image file source origin system tool pipeline
    code seed tree forest depth layer parameter hyperparameter setting configuration default regularisation
    regularization regression classifier classification prediction probability correlation relation variable category
    identifier population group subgroup cohort region country language screening diagnosis treatment bed
    research study work expense complaint expectation operation infrastructure hardware software storage interface
    vendor supplier outlier residual shape pair cell entry example instance observation trend site
    other about apart demonstration
    margin threshold target baseline importance confidence coverage volume traffic similarity calibration another
    winner runner gap variance variation eye heart work hand experience error mistake personal sensitive manual
    dangerous expensive cheap costly safe risky invalid valid unusual new old recent some sometimes
    ridge lasso boosting gradient kernel environment budget backlog release rollout demand load schedule bootstrap ensemble variant
"""
_EVENTS = """
    get     accelerate accompany accumulate adapt adjust advance alter appoint approve attack attend benefit block borrow
    bother buy cancel cease charge clash cluster combine communicate compensate compete complain compromise
    conflict connect convert cooperate cope crash create criticise damage deceive deliver demand
    depart develop discover discuss dismiss dispute disrupt disturb divert drain
    drive earn emerge employ encounter end enforce engage enrol enter escalate evolve examine execute exist
    expand experience expire extend extract facilitate feed fight filter finish flow force forget form freeze frustrate
    fund gather grant harm hesitate hide hire host hurt identify ignore impair impose include inherit inject
    injure insert install interact interfere interrupt invent irritate isolate join justify launch lengthen listen
    load locate lock loosen maintain manage manipulate merge migrate mislabel mislead misuse mix monitor
    name negotiate obtain occupy operate overfit overload override participate pass persist pick plan
    play prefer prepare prescribe preserve prevent prioritise procure progress prohibit promote propagate propose
    purchase push react reappear rebuild receive reduce refer refine refuse register reject release relearn relax
    relocate remember remind remove reorganise repair replace request rescue research resist resolve respond restart
    restore restrict resume retrieve review revise risk rush sacrifice saturate save scale schedule screen sell
    separate settle ship simplify simulate skew sleep soften solve sort specialise stall start steal steer
    stop store strain streamline stretch struggle submit suffer supervise supply switch tackle take talk teach
    terminate think tolerate touch track trade transfer transform translate travel trigger tune type uncover
    underfit undo unfold update upgrade visit wander wear wish withdraw
    wrap
    miss find catch detect recognise recognize identify flag err fail misclassify confuse overlook learn memorise
    memorize generalise generalize predict classify distinguish reproduce repeat copy leak send receive return answer
    cost burden hurt pay spend waste lose break delay arrive wait run serve handle change shift move happen occur differ
    overlap collapse recover vary overestimate underestimate penalise reward drive cause explain exploit decide act
    validate trained tuned collect last synthesise synthesize label sample shuffle choose deploy retrain reuse share publish protect
    resemble imitate contain hold concentrate come arise stem resample
"""
THINGS = frozenset(_THINGS.split())
APART = THINGS | frozenset(_EVENTS.split())
"""What may stand only behind the figures, in a clause that says what follows from them: things, and what happens to them."""

ACTIONS = frozenset(
    """add agree align analyse analyze annotate apply archive arrange ask assess assign audit automate avoid balance
    benchmark build calibrate cap check choose clarify clean collect compare compute confirm consider consult continue
    correct create cut decide decrease define delay deploy describe design determine develop discuss document drop
    encrypt enforce ensure establish estimate evaluate examine expand explain explore extend find fix focus freeze gather get
    give have hide improve include increase inform inspect introduce invest investigate involve keep label launch learn let
    limit link list log look lower maintain make mask match measure merge monitor move name narrow obtain optimise
    optimize pause perform plan postpone prefer prepare present prevent prioritise prioritize protect provide prune
    publish raise rebuild record redo reduce refine regularise regularize release remove repeat replace report reproduce
    request require resample restrict retrain reuse review revise revisit run save scale schedule search secure segment
    select send separate set share ship show simplify simulate split standardise start stop store stratify study switch
    test track train transform treat try tune understand update upgrade use validate verify visualise wait warn
    watch weigh weight widen withhold write""".split()
)
"""What a recommendation may tell a reader to do."""

MEASURES = frozenset(
    """specificity sensitivity recall precision accuracy auc auroc auprc aucpr roc mcc kappa logloss brier ece mce rmse
    mae mape mse lift prevalence throughput latency uptime availability psi ks
    drift utility
    train test validation holdout fold unseen live production positive negative macro micro weighted balanced
    mean median average deviation std bias minimum maximum min max percentile quantile decile""".split()
)
"""Measures, splits and statistics: names, whether a report has a fact of that name or not."""

ADVICE = frozenset(
    """do false wrong new other another out up down off back over about between among across against within before after
    until unless once later next further anything somebody someone through under outside behind early free recent old
    current future present nearby manual automatic random separate independent additional simple representative
    hold day night hour week month step way action access size length network hand eye mind
    longer larger smaller simpler deeper broader cheaper earlier closely carefully regularly manually separately
    busy busiest done
    diagram chart plot list overview summary criterion question answer alternative option approach method
    technique strategy comparison experimentation analysis monitoring logging training testing tuning sampling""".split()
)
"""What else may stand in advice, where it counts nothing."""


def known(word: str, among: frozenset[str]) -> bool:
    """Whether a word, or what it is a form of, is one of these."""
    return word in among or any(base in among for base in bases(word))
