"""False sentences about the samples in ``drawn``, written by hand and without a look at any list of words.

No digit and no unknown placeholder makes them easy: what is false is a quantity in words, a comparison, a name that is
not the figure's, or a claim about results inside advice.
"""

from __future__ import annotations

TUNED = {
    "model": """
o: Recall is in the high nineties, as {{model.test.recall}} shows.
o: The model failed only once on the test rows, where {{model.test.recall}} was measured.
o: The model never misses a tumour, which {{model.test.recall}} proves.
o: A lone tumour was missed, so {{model.test.recall}} is fine.
o: {{model.test.recall}} surpassed {{model.test.precision}}.
o: {{model.test.recall}} overtakes {{model.test.precision}} on test rows.
o: {{model.test.recall}} dwarfs {{model.test.precision}}.
o: {{model.test.recall}} outstrips {{model.test.precision}} by a clear distance.
o: {{model.test.recall}} is ahead of {{model.test.precision}}.
o: Specificity is {{model.test.recall}}.
o: Sensitivity to healthy tissue is {{model.test.precision}}.
o: On the holdout set the model reaches {{model.train.auc}}.
o: On the holdout set, the model reaches {{model.train.auc}}.
o: On rows that nobody has shown it, the model reaches {{model.train.auc}}.
o: In validation the model came to {{model.test.auc}}.
o: Out of sample, {{model.train.accuracy}} is what counts.
o: {{model.train.accuracy}} was measured on unseen patients.
o: {{model.test.recall}} means that the model catches the lot.
o: {{model.test.recall}} leaves a mere handful of tumours behind.
o: Barring a stray case, tumours are caught, see {{model.test.recall}}.
o: The model is right nine times in ten, and {{model.test.accuracy}} says it.
o: {{model.test.recall}} sits over {{model.test.precision}}.
o: {{model.test.recall}} leaves {{model.test.precision}} in the dust.
o: {{model.test.recall}} makes {{model.test.precision}} look poor.
o: {{model.test.recall}} is the stronger figure, {{model.test.precision}} the weaker.
o: {{model.test.recall}} is excellent, whereas {{model.test.precision}} disappoints.
o: {{model.test.precision}} lags {{model.test.recall}}.
o: {{model.test.precision}} has to yield to {{model.test.recall}}.
o: {{model.test.precision}} plays second fiddle to {{model.test.recall}}.
o: {{model.test.recall}} is on a par with {{model.test.precision}} to the last digit.
o: {{model.test.recall}} is {{model.test.precision}}.
o: {{model.test.recall}} amounts to a multiple of {{model.test.logloss}}.
o: {{model.class.malignant.recall}} tops {{model.class.benign.recall}}.
o: {{model.class.malignant.recall}} outshines {{model.class.benign.recall}}.
o: {{model.class.malignant.support}} outnumber {{model.class.benign.support}}.
o: {{model.class.malignant.support}} make up the bulk of the test set.
o: {{model.class.malignant.support}} were missed.
o: {{model.class.malignant.support}} were misclassified by the model.
o: The model misses {{model.class.malignant.support}}.
o: The missed tumours are {{model.class.malignant.support}}.
o: The misses, {{model.class.malignant.support}}, matter for screening.
o: {{model.class.malignant.support}}, the misses of the model, matter for screening.
o: False alarms: {{model.class.benign.support}}.
o: On malignant cases, the model has {{model.class.benign.recall}}.
o: {{model.class.benign.recall}} is what the model does on malignant tumours.
o: {{model.class.benign.recall}} holds where tumours are malignant.
o: {{model.class.benign.recall}} was found on rows that are malignant.
o: The baseline reaches {{model.test.auc}}.
o: The previous version had {{model.test.auc}}.
o: A competing network reaches {{model.test.auc}}.
o: Last year the hospital measured {{model.test.recall}}.
o: In women the model reaches {{model.test.recall}}.
o: The probability of a wrong diagnosis is {{model.test.logloss}}.
o: The chance of cancer is {{model.threshold}}.
o: The error rate is {{model.test.accuracy}}.
o: {{model.test.accuracy}} of patients survive.
o: {{model.test.auc}} is out of a hundred.
o: {{model.test.auc}} has stayed like this for decades.
o: {{model.test.auc}} rests on scores of hospitals.
o: {{model.test.auc}} is flawless.
o: {{model.test.recall}} is tantamount to certainty.
o: {{model.test.recall}} rules mistakes out.
o: {{model.test.recall}} is free of error.
o: {{model.test.recall}} says that tumours do not go undetected.
o: {{model.test.recall}} is good, so the model does not miss tumours.
o: {{model.test.recall}} is good, so each tumour is found.
o: {{model.test.recall}} is good, so tumours are found without exception.
o: {{model.test.recall}} is good, so whatever is malignant is found.
o: {{model.test.recall}} is good, so a tumour was missed.
o: {{model.test.recall}} is good, so mistakes are one in a blue moon.
o: {{model.test.recall}} is above {{model.test.logloss}}, which is not the case.
o: {{model.train.auc}} is far above {{model.test.auc}}, by leaps and bounds.
o: {{model.train.auc}} is an order of magnitude above {{model.test.auc}}.
o: {{model.test.auc}} has caught up with {{model.train.auc}}.
o: {{model.test.auc}} and {{model.train.auc}} coincide.
o: {{model.test.auc}} and {{model.train.auc}} are on the same level.
o: {{model.test.logloss}} is better than {{model.train.logloss}}.
o: {{model.test.logloss}} undercuts {{model.train.logloss}}.
o: {{model.test.recall}} crowns the table of metrics.
o: {{model.confusion.rows}} are malignant.
o: {{model.confusion.rows}} were correctly classified.
o: {{model.class.malignant.support}} of {{model.class.benign.support}} were found.
o: {{model.folds.auc.std}} is the mean of the folds.
o: {{model.folds.auc.mean}} belongs to the best fold.
o: {{model.test.recall.low}} is the upper end of the interval.
o: The interval shrinks to a point at {{model.test.auc.low}}.
o: {{model.size}} is the time of training.
r: Deploy it, since it finds all tumours and misses none.
r: Deploy it, because recall exceeds precision.
r: Ship it, since every malignant tumour was found.
r: Ship it, as recall beats precision.
r: Ship it: recall beats precision.
r: Ship it, it finds the tumours without fail.
r: Prefer recall, which is higher than precision.
r: Celebrate the perfect recall.
r: Rely on the model that never errs.
r: Trust the model, whose misses are nil.
r: Deploy the model, for its mistakes are a handful.
r: Deploy the model so that the rare miss in a million is caught by a person.
r: Deploy it now that the test recall tops the training recall.
r: Given that precision is below recall, lower the threshold.
r: Lower the threshold, precision being below recall.
r: Keep the threshold, seeing that recall outdoes precision.
r: Use the model with a recall above its precision.
r: Tell clinicians that recall exceeds precision.
r: Use {{model.test.recall}}, which is better than {{model.test.precision}}.
r: Deploy it, because {{model.test.recall}} dwarfs {{model.test.precision}}.
r: Deploy it, because specificity is {{model.test.recall}}.
r: Screen {{model.confusion.rows}} of patients each day.
""",
    "regression": """
o: {{model.test.r2}} explains the bulk of the variance.
o: {{model.test.r2}} explains the lion's share of the variance.
o: {{model.test.rmse}} undershoots {{model.test.mae}}.
o: {{model.test.rmse}} is beneath {{model.train.rmse}}.
o: {{model.test.mae}} has halved against {{model.train.mae}}.
o: {{model.test.mae}} betters {{model.train.mae}}.
o: The median error is {{model.test.mae}}.
o: The largest error is {{model.test.rmse}}.
o: The forest is off by {{model.test.rmse}} at worst.
o: Accuracy is {{model.test.r2}}.
o: On validation rows the forest has {{model.train.r2}}.
o: {{model.decile.1.actual}} is under {{model.decile.1.predicted}}.
o: {{model.decile.1.actual}} and {{model.decile.1.predicted}} agree to the dot.
o: {{model.residuals.bias}} is nought for practical purposes.
o: {{model.residuals.bias}} says that residuals cancel out to nothing.
o: {{model.importance.bmi}} towers above {{model.importance.s5}}.
o: {{model.importance.bmi}} is king among the features.
o: Blood pressure matters by {{model.importance.bmi}}.
o: {{model.importance.sex}} is the prime driver.
o: {{model.decile.10.rows}} are outliers.
r: Use the forest, because it explains nearly everything.
r: Use the forest, since test errors lie below training errors.
r: Drop the ridge baseline, which is beaten by miles.
r: Rely on the forecasts, they are off by a hair.
""",
    "experiment": """
o: {{experiment.margin}} puts the winner miles ahead of the rest.
o: {{experiment.margin}} outweighs {{experiment.spread}}.
o: {{experiment.margin}} swamps {{experiment.spread}}.
o: {{experiment.margin}} clears {{experiment.spread}} with ease.
o: {{experiment.models}} all failed.
o: {{experiment.models}} did not finish.
o: {{experiment.failures}} is the majority of the search.
o: {{experiment.failures}} were repaired since.
o: The search failed on {{experiment.models}}.
o: The baseline reaches {{experiment.best.auc}}.
o: The runner-up reaches {{experiment.best.auc}}.
o: The worst model has {{experiment.best.auc}}.
o: {{experiment.best.auc}} was reached by naive Bayes.
o: Accuracy of the winner is {{experiment.best.auc}}.
o: {{experiment.data.class.malignant}} outweigh {{experiment.data.class.benign}}.
o: {{experiment.data.class.malignant}} and {{experiment.data.class.benign}} are balanced to the row.
o: {{experiment.data.rows}} were dropped.
o: {{experiment.data.missing}} says that gaps abound.
o: {{experiment.data.columns}} are constant.
o: {{experiment.training_time}} per model was needed.
o: {{experiment.training_time}} is how long the winner took.
o: {{experiment.baseline_gain}} is the gain over the runner-up.
r: Take the winner, because its margin is above the noise.
r: Take the winner, since no model failed.
r: Skip the repetition, as the spread is below the margin.
r: Trust the leaderboard, which lists dozens of families.
""",
    "project": """
o: {{project.models}} are in production.
o: {{project.models}} have gone stale.
o: {{project.deployments}} are down.
o: {{project.deployments}} outnumber {{project.models}}.
o: {{project.deployments}} eclipse {{project.models}}.
o: {{project.model.naivebayes_4.auc}} surpassed {{project.model.gradientboosting_1.auc}}.
o: {{project.model.naivebayes_4.auc}} is in front of {{project.model.randomforest_2.auc}}.
o: {{project.model.naivebayes_4.auc}} takes the crown.
o: Gradient boosting reaches {{project.model.naivebayes_4.auc}}.
o: RandomForest_2 comes to {{project.model.gradientboosting_1.auc}}.
o: {{project.dataset.wine.rows}} dwarfs {{project.dataset.breast_cancer.rows}}.
o: The breast cancer data set has {{project.dataset.wine.rows}}.
o: {{project.dataset.wine.columns}} are empty.
o: {{project.experiment.six_algorithms.models}} failed.
o: {{project.experiment.six_algorithms.auc}} beats the rest of the field hands down.
o: Recall in production is {{project.experiment.six_algorithms.auc}}.
r: Close the project, since its lone deployment is idle.
r: Promote naive Bayes, because it outperforms the boosted trees.
r: Archive the experiments, as most are abandoned.
""",
    "deployment": """
o: {{deployment.errors.500}} account for the bulk of failures.
o: {{deployment.latency_p95_ms}} breaches {{deployment.slo.latency_p95_ms.target}}.
o: {{deployment.latency_p95_ms}} overshoots {{deployment.slo.latency_p95_ms.target}}.
o: {{deployment.errors.500}} eclipses {{deployment.errors.422}}.
o: {{deployment.errors.500}} drowns out {{deployment.errors.422}}.
o: {{deployment.errors.500}} form the lion's share.
o: {{deployment.errors.503}} rank in front of {{deployment.errors.500}}.
o: {{deployment.errors.422}} are faults of the server.
o: {{deployment.errors.408}} happen every minute.
o: {{deployment.uptime}} clears {{deployment.slo.uptime.target}}.
o: {{deployment.uptime}} meets {{deployment.slo.uptime.target}}.
o: {{deployment.uptime}} satisfies {{deployment.slo.uptime.target}}.
o: {{deployment.uptime}} is safely past {{deployment.slo.uptime.target}}.
o: {{deployment.uptime}} respects its target.
o: {{deployment.error_rate}} violates {{deployment.slo.error_rate.target}}.
o: {{deployment.error_rate}} busts {{deployment.slo.error_rate.target}}.
o: {{deployment.latency_p99_ms}} undercuts {{deployment.latency_p50_ms}}.
o: {{deployment.latency_p50_ms}} is slower than {{deployment.latency_p99_ms}}.
o: {{deployment.latency_p99_ms}} is quicker than {{deployment.latency_p50_ms}}.
o: The slowest request took {{deployment.latency_p95_ms}}.
o: The fastest request took {{deployment.latency_p50_ms}}.
o: The median latency is {{deployment.latency_p95_ms}}.
o: Availability is {{deployment.error_rate}}.
o: Throughput is {{deployment.predictions}}.
o: Clients number {{deployment.predictions}}.
o: {{deployment.predictions}} were wrong.
o: {{deployment.predictions}} arrived within the hour.
o: {{deployment.volume.most}} is the quietest bucket.
o: {{deployment.drift.scanner.psi}} trails {{deployment.drift.mean_area.psi}}.
o: {{deployment.drift.mean_area.psi}} leads the field of drifted features.
o: {{deployment.drift.mean_area.ks}} is the drift of the scanner.
o: Mean radius moved by {{deployment.drift.mean_area.psi}}.
o: {{deployment.drift.radius_error.p_value}} makes chance a one in a million affair.
o: {{deployment.slo.error_rate.left}} of the budget is spent.
o: The spent budget is {{deployment.slo.error_rate.left}}.
o: {{deployment.slo.uptime.burn}} says that the budget is untouched.
o: {{deployment.traffic}} goes to the canary.
r: Leave it alone, because uptime is above its target.
r: Leave it alone, as the service met each of its objectives.
r: Fix the server first, since its faults outnumber the invalid requests.
r: Ignore drift, because no feature moved.
r: Roll back, as latency breaches its target.
r: Page somebody, for the service goes down daily.
""",
    "synthgen": """
o: {{synthgen.column.malic_acid.score}} outclasses {{synthgen.column.alcohol.score}}.
o: {{synthgen.column.malic_acid.score}} is the cream of the columns.
o: {{synthgen.column.malic_acid.score}} is how well magnesium is reproduced.
o: {{synthgen.column.magnesium.real_mean}} is the synthetic mean.
o: {{synthgen.column.magnesium.real_std}} exceeds {{synthgen.column.magnesium.synthetic_std}}.
o: {{synthgen.column.magnesium.real_std}} overtops {{synthgen.column.magnesium.synthetic_std}}.
o: {{synthgen.rows_real}} outnumber {{synthgen.rows_synthetic}}.
o: {{synthgen.rows_real}} were copied.
o: {{synthgen.rows_synthetic}} are duplicates of real rows.
o: {{synthgen.rows_synthetic}} is a tenfold increase.
o: {{synthgen.utility.synthetic}} outdoes {{synthgen.utility.real}}.
o: {{synthgen.utility.synthetic}} keeps pace with {{synthgen.utility.real}}.
o: Trained on real rows, the model reaches {{synthgen.utility.synthetic}}.
o: {{synthgen.utility.kept}} is lost.
o: {{synthgen.privacy.exact_match_rate}} of rows leak, that is a good dozen.
o: {{synthgen.privacy.membership_auc}} means that an attacker is right in most cases.
o: {{synthgen.privacy.dcr_p05_synth_train}} is past {{synthgen.privacy.dcr_p05_holdout_train}}.
o: {{synthgen.correlation.max_abs_diff}} is the typical difference.
o: {{synthgen.correlation.mean_abs_diff}} says that correlations are kept to perfection.
o: {{synthgen.training_time}} is a matter of hours.
r: Release it, because synthetic rows keep everything that real ones have.
r: Release it, since the distance is above that of the hold-out.
r: Release it, as not a record leaks.
""",
    "privacy_session": """
o: {{privacy_session.coverage}} leaves nothing out.
o: {{privacy_session.coverage}} means that each cell was looked at.
o: {{privacy_session.columns}} is the bulk of the table.
o: {{privacy_session.columns}} were masked.
o: {{privacy_session.cells}} were masked.
o: {{privacy_session.cells}} are false positives.
o: {{privacy_session.columns}} outnumber {{privacy_session.data_columns}}.
o: {{privacy_session.finding.notes.person.confidence}} outranks {{privacy_session.finding.name.person.confidence}}.
o: {{privacy_session.finding.notes.person.rate}} overtakes {{privacy_session.finding.name.person.rate}}.
o: {{privacy_session.finding.notes.person.matches}} is the number of phone numbers.
o: The email column holds {{privacy_session.finding.notes.person.matches}}.
o: Confidence for postcode is {{privacy_session.finding.phone.phone_number.confidence}}.
o: {{privacy_session.finding.phone.phone_number.rate}} says that practically each row has a phone number.
o: {{privacy_session.finding.name.person.rate}} shows that a sole person is named.
o: {{privacy_session.rows}} hold personal data.
o: {{privacy_session.rows}} are about minors.
r: Release the table, since nothing personal is left.
r: Release the table, because the notes are above doubt and names are none.
r: Skip the review, as confidence tops its threshold throughout.
""",
}
"""Rules were changed with a look at these."""

HELD_OUT = {
    "model": """
o: {{model.test.recall}} edges out {{model.test.precision}}.
o: {{model.test.recall}} trounces {{model.test.precision}} here.
o: {{model.test.recall}} is a notch up from {{model.test.precision}}.
o: {{model.test.recall}} comes out on top of {{model.test.precision}}.
o: {{model.test.recall}} has the upper hand over {{model.test.precision}}.
o: {{model.test.recall}} pips {{model.test.precision}} at the post.
o: {{model.test.recall}} holds a lead on {{model.test.precision}}.
o: {{model.test.precision}} pales beside {{model.test.recall}}.
o: {{model.test.precision}} cannot hold a candle to {{model.test.recall}}.
o: {{model.test.precision}} follows at a distance behind {{model.test.recall}}.
o: {{model.test.precision}}, and thus a worse figure than {{model.test.recall}}.
o: {{model.test.recall}} and {{model.test.precision}}, in falling order.
o: {{model.test.f1}} averages {{model.train.precision}} and {{model.train.recall}}.
o: {{model.class.malignant.recall}} is kinder than {{model.class.benign.recall}}.
o: Scarcely a tumour slips through, and {{model.test.recall}} is the proof.
o: {{model.test.recall}} tells us that next to nothing is overlooked.
o: Next to {{model.test.recall}}, oversights are in the single digits.
o: Mistakes can be counted on the fingers of a hand, given {{model.test.accuracy}}.
o: {{model.test.accuracy}} is within a whisker of certainty.
o: {{model.test.accuracy}} says that errors are a rarity, a case in a thousand.
o: {{model.test.accuracy}} stands for umpteen patients.
o: {{model.test.accuracy}} lifts the score into the top decile.
o: {{model.test.auc}} is as good as it gets, the maximum.
o: {{model.test.auc}} was confirmed by a score of clinics.
o: The negative predictive value is {{model.test.precision}}.
o: The hit rate among healthy women is {{model.test.recall}}.
o: For the youngest patients, {{model.test.recall}} applies.
o: On external data, {{model.test.auc}} was reached.
o: After deployment the model still has {{model.train.auc}}.
o: Before tuning the model had {{model.test.auc}}.
o: Radiologists reach {{model.test.recall}}.
o: The unseen rows give {{model.train.f1}}.
o: {{model.class.malignant.support}} slipped through.
o: {{model.class.malignant.support}} turned out benign.
o: {{model.confusion.rows}} is the size of the training set.
o: The number of false alarms is {{model.class.benign.support}}.
o: Balanced accuracy is {{model.confusion.accuracy}}.
o: {{model.test.logloss}} is at rock bottom.
o: {{model.train.logloss}} is worse than {{model.test.logloss}}, so the model generalises.
o: {{model.folds.recall.std}} shows that folds are carbon copies of each other.
o: {{model.test.recall}} is good, so misses are a thing of the past.
o: {{model.test.recall}} is good, so the model catches cancer ten times out of ten.
o: {{model.test.recall}} is good, so patients need fear nothing.
r: Roll it out, considering that recall is superior to precision.
r: Roll it out, for it is right in the overwhelming number of cases.
r: Roll it out; misses are absent.
r: Roll it out while recall is on top of precision.
r: Roll it out, the malignant class being recognised in its entirety.
r: Praise a model that catches the complete set of tumours.
""",
    "regression": """
o: {{model.test.r2}} captures practically the full signal.
o: {{model.train.rmse}} runs hotter than {{model.test.rmse}}.
o: {{model.test.rmse}} equals the standard deviation of the target.
o: {{model.test.mae}} comes in under {{model.train.mae}}.
o: {{model.decile.10.actual}} comes in over {{model.decile.10.predicted}}.
o: {{model.importance.s5}} takes a back seat to {{model.importance.bmi}}.
o: Age contributes {{model.importance.bp}}.
o: The bias on training rows is {{model.residuals.bias}}.
r: Adopt it, as the unexplained remainder is a trifle.
""",
    "experiment": """
o: {{experiment.margin}} is a landslide compared with {{experiment.spread}}.
o: {{experiment.margin}} is out of reach of {{experiment.spread}}.
o: {{experiment.failures}} concerned the winner.
o: {{experiment.failures}} stands for a whole string of crashes.
o: The runner-up trails by {{experiment.baseline_gain}}.
o: {{experiment.models}} beat the baseline.
o: {{experiment.data.duplicates}} point to rows by the score being repeated.
o: Men make up {{experiment.data.class.benign}}.
o: Malignant rows come to {{experiment.data.class.benign}}.
r: Stop here, because the victory is clear by any yardstick.
r: Stop here, the entire field having finished.
""",
    "project": """
o: {{project.models}} await approval.
o: {{project.deployments}} serve the wine model.
o: {{project.model.naivebayes_4.auc}} nudges past {{project.model.logisticregression_3.auc}}.
o: {{project.model.gradientboosting_1.auc}} brings up the rear.
o: {{project.dataset.wine.rows}} trumps {{project.dataset.breast_cancer.rows}}.
o: Wine holds {{project.dataset.breast_cancer.columns}}.
o: {{project.experiments}} ended in failure.
r: Retire the boosted trees, which come last.
""",
    "deployment": """
o: {{deployment.latency_p95_ms}} is on the wrong side of {{deployment.slo.latency_p95_ms.target}}.
o: {{deployment.latency_p95_ms}} blows through {{deployment.slo.latency_p95_ms.target}}.
o: {{deployment.uptime}} honours {{deployment.slo.uptime.target}}.
o: {{deployment.uptime}} is comfortably in line with {{deployment.slo.uptime.target}}.
o: {{deployment.error_rate}} tips over {{deployment.slo.error_rate.target}}.
o: {{deployment.errors.500}} outpaces {{deployment.errors.422}}.
o: {{deployment.errors.500}} is where the lot of failures come from.
o: {{deployment.errors.422}} stem from the server.
o: {{deployment.errors.408}} is the chief kind of error.
o: {{deployment.latency_p50_ms}} is felt by the unluckiest client.
o: Response size averages {{deployment.latency_mean_ms}}.
o: Users of the service: {{deployment.predictions}}.
o: {{deployment.predictions}} went unanswered.
o: {{deployment.drift.mean_texture.psi}} is heading the list of drifts.
o: {{deployment.drift.mean_texture.psi}} beats {{deployment.drift.scanner.psi}} for drift.
o: Drift of the scanner is {{deployment.drift.mean_symmetry.psi}}.
o: {{deployment.slo.uptime.left}} means that ample budget is there.
o: Yesterday {{deployment.error_rate}} was seen.
r: Relax, since the objectives are met across the board.
r: Relax, given that internal faults are the commonest kind.
r: Tighten the target, which latency is in breach of.
r: Scale out, as the service collapses hourly.
""",
    "synthgen": """
o: {{synthgen.column.malic_acid.score}} heads the ranking of columns.
o: {{synthgen.column.malic_acid.score}} shades {{synthgen.column.ash.score}}.
o: {{synthgen.utility.synthetic}} rivals and passes {{synthgen.utility.real}}.
o: Privacy loss is {{synthgen.utility.kept}}.
o: {{synthgen.rows_synthetic}} were thrown away.
o: {{synthgen.rows_real}} leaked into the output.
o: {{synthgen.privacy.membership_auc}} is what a perfect attack has.
o: Ash has a mean of {{synthgen.column.alcohol.real_mean}}.
r: Publish it, as the copy is indistinguishable in each respect.
r: Publish it, because utility went up.
""",
    "privacy_session": """
o: {{privacy_session.coverage}} amounts to a full scan.
o: {{privacy_session.cells}} have been cleared.
o: {{privacy_session.columns}} are harmless.
o: {{privacy_session.finding.notes.person.rate}} dominates {{privacy_session.finding.phone.phone_number.rate}}.
o: {{privacy_session.finding.notes.person.confidence}} leaves little room for doubt, a hundred to nothing.
o: {{privacy_session.finding.visited_at.date.matches}} are birthdays.
o: Phone numbers make up {{privacy_session.finding.e_mail.email.rate}}.
r: Publish the table, whose columns are clean bar a couple.
r: Publish the table, as names were found in a solitary column.
""",
}
"""Written before any rule was changed, and no rule was changed with a look at them."""
