"""Sentences as an honest model writes them, true of the samples in ``drawn``: (sample, role, text).

Those of ``_SHEETS`` keep to what the prompt asks for; those of ``HELD_OUT`` were written for an earlier, looser prompt.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.worker.ml.insights import Role

MODEL = """
o: {{model.test.auc}} says that the model separates malignant cases well.
o: {{model.test.recall}} is good, but the model misses malignant tumours, which matters for screening.
o: {{model.train.accuracy}} is higher than {{model.test.accuracy}}, so the model has partly learned its training rows by heart.
o: {{model.test.precision}} is above {{model.test.recall}}, so alarms are rather trustworthy, while misses remain.
o: The model falls from {{model.train.f1}} to {{model.test.f1}}, because the forest memorises rows.
o: {{model.test.auc}} lies between narrow bounds, so the estimate is reliable.
o: {{model.class.benign.recall}} is above {{model.class.malignant.recall}}, which shows where the model errs.
o: {{model.folds.accuracy.std}} suggests that the result is robust against other splits of the rows.
o: The judgement rests on {{model.confusion.rows}}, which is enough for a rough impression.
o: {{model.confusion.mcc}} confirms a strong agreement between predictions and labels.
o: {{model.test.logloss}} exceeds {{model.train.logloss}}, which is a sign of overfitting.
o: The lower end of the interval is {{model.test.recall.low}}, so the true recall may be weak.
o: {{model.class.malignant.support}} is small for a class of such importance.
o: The decision threshold stands at {{model.threshold}}, so the cost of errors should decide about it.
o: {{model.size}} makes the model easy to use on small devices.
o: {{model.confusion.balanced_accuracy}} is close to {{model.confusion.accuracy}}, so class imbalance does harm to neither.
o: {{model.folds.auc.mean}} is similar to {{model.test.auc}}, so the split seems representative.
o: {{model.folds.recall.mean}} is above {{model.test.recall}}, so the test split may hold difficult cases.
o: {{model.test.logloss}} deserves a look, since confident mistakes drive it.
o: {{model.train.auc}} on rows it was trained on is a warning sign.
o: Precision of {{model.test.precision}} means that alarms can be trusted.
o: Recall reaches {{model.test.recall}}, so malignant tumours are sometimes missed.
o: On the test split the AUC is {{model.test.auc}}.
o: Accuracy drops from {{model.train.accuracy}} on training rows to {{model.test.accuracy}} on test rows.
o: {{model.class.malignant.recall}} is below {{model.class.benign.recall}}.
o: The confusion matrix gives {{model.confusion.kappa}}, a substantial agreement.
r: Lower the decision threshold if missed tumours cost more than false alarms.
r: Collect more malignant cases before the next training.
r: Check the probabilities with a reliability diagram before thresholds are set.
r: Regularise the model or limit the depth of its trees to reduce overfitting.
r: Repeat the evaluation on data from another hospital.
r: Review {{model.threshold}} before the model is used.
r: Watch recall on malignant cases once the model is deployed.
r: Document the population that the training data come from.
"""
REGRESSION = """
o: {{model.test.r2}} leaves variance unexplained.
o: {{model.test.rmse}} is above {{model.train.rmse}}, which points to overfitting.
o: {{model.train.mae}} is below {{model.test.mae}}, so the forest has learned its training rows by heart.
o: {{model.residuals.bias}} is small, so the residuals are balanced.
o: {{model.test.rmse}} exceeds {{model.test.mae}}, so some errors are large.
o: {{model.decile.1.actual}} exceeds {{model.decile.1.predicted}}, so the model underestimates low values.
r: Try a simpler model, such as ridge regression, as a baseline.
r: Look at the rows with the largest residuals before anything is changed.
r: Limit the depth of the trees and compare again.
"""
EXPERIMENT = """
o: {{experiment.best.auc}} is a strong result.
o: {{experiment.margin}} is below {{experiment.spread}}, so the choice between winner and runner-up is open.
o: {{experiment.baseline_gain}} shows that the features carry real signal.
o: The search tried {{experiment.models}} of different families.
o: {{experiment.failures}} should be looked into.
o: {{experiment.training_time}} leaves room for a larger search.
o: The data have {{experiment.data.rows}}, which is a small base for a search of this kind.
o: {{experiment.data.class.benign}} exceeds {{experiment.data.class.malignant}}, a mild imbalance.
r: Prefer a simple model if the margin is within the noise.
r: Repeat the search with another seed to see whether the ranking holds.
r: Investigate why a model failed before the leaderboard is trusted.
r: Keep a hold-out apart from the search.
"""
DEPLOYMENT = """
o: {{deployment.latency_p95_ms}} stays below {{deployment.slo.latency_p95_ms.target}}, so clients get answers in time.
o: {{deployment.slo.error_rate.measured}} is below {{deployment.slo.error_rate.target}}, yet the margin is thin.
o: {{deployment.slo.error_rate.left}} is thin, because errors use the budget.
o: {{deployment.errors.422}} exceeds {{deployment.errors.500}}, so clients seem to send invalid requests.
o: {{deployment.latency_p99_ms}} exceeds {{deployment.latency_p50_ms}}, so the tail is long.
o: {{deployment.drift.mean_smoothness.psi}} hints at moderate drift.
o: {{deployment.drift.radius_error.psi}} is above {{deployment.drift.texture_error.psi}}.
o: {{deployment.predictions}} show a busy service.
o: {{deployment.uptime}} is acceptable for a service of this kind.
o: {{deployment.drift.mean_concavity.psi}} looks harmless.
o: {{deployment.latency_mean_ms}} lies above {{deployment.latency_p50_ms}}, as usual for a skewed distribution.
o: The busiest bucket has {{deployment.volume.most}}, so capacity should be planned for it.
r: Find out which client sends requests that fail validation.
r: Set an alert on drift of the features that moved.
r: Retrain the model on recent data if the drift lasts.
r: Plan capacity for the busiest hours.
r: Review the latency budget with the teams that call the service.
"""
SYNTHGEN = """
o: {{synthgen.quality.overall}} is good enough for demonstrations, but not convincing.
o: {{synthgen.quality.column_shapes}} is similar to {{synthgen.quality.column_pairs}}, so the generator reproduces columns and relations.
o: {{synthgen.column.malic_acid.score}} is below {{synthgen.column.magnesium.score}}, so malic acid deserves a look.
o: {{synthgen.column.malic_acid.real_mean}} is close to {{synthgen.column.malic_acid.synthetic_mean}}.
o: {{synthgen.column.magnesium.synthetic_std}} exceeds {{synthgen.column.magnesium.real_std}}: the synthetic column is too noisy.
o: The generator learned from {{synthgen.rows_real}}, which is a small base.
o: {{synthgen.rows_synthetic}} exceeds {{synthgen.rows_real}}, so rows are likely to repeat patterns.
r: Do not release the table before the privacy metrics are reviewed.
r: Train the generator longer, or with a larger network.
r: Compare the correlations of the columns that a study relies on.
"""
PROJECT = """
o: {{project.models}} give a choice.
o: {{project.experiment.six_algorithms.auc}} is the basis for a decision.
o: {{project.model.gradientboosting_1.auc}} is above {{project.model.randomforest_2.auc}}, yet the gap is small.
o: {{project.deployments}} need an owner.
o: {{project.dataset.breast_cancer.rows}} exceeds {{project.dataset.wine.rows}}, so results on it rest on firm ground.
r: Archive old experiments.
r: Name an owner for the deployments.
r: Move the tests to data that were collected later.
"""
PRIVACY = """
o: {{privacy_session.coverage}} leaves columns that need a look.
o: {{privacy_session.finding.name.person.rate}} shows that the column is a direct identifier.
o: {{privacy_session.finding.notes.person.confidence}} is below {{privacy_session.finding.name.person.confidence}}, so the notes need a person's eye.
o: {{privacy_session.columns}} call for a policy.
o: {{privacy_session.cells}} are too many for manual work, which calls for a policy.
r: Mask the free text before the table leaves the team.
r: Have a person review the columns with low confidence.
r: Restrict access to the table until the actions are done.
"""

HELD_OUT = {
    "model": """
o: On unseen rows the model keeps a solid ranking, with {{model.test.auc}}.
o: {{model.test.recall}} is lower than {{model.test.precision}}, so the model would rather miss a tumour than raise a false alarm.
o: {{model.test.accuracy}} can mislead where classes differ in size.
o: {{model.folds.recall.std}} is small, so the figure does not hinge on a lucky split.
o: {{model.test.logloss}} is worse than {{model.train.logloss}}.
o: {{model.class.malignant.f1}} trails {{model.class.benign.f1}}, as expected for the smaller class.
o: The interval ends at {{model.test.auc.low}}, which would still be useful in practice.
o: {{model.threshold}} has been left at its default.
o: {{model.train.auc}} looks too good and deserves suspicion.
o: {{model.confusion.mcc}} takes both kinds of error into account and remains strong.
r: Tune the threshold on validation data with the cost of a missed tumour in mind.
r: Gather more examples of the malignant class.
r: Report the interval together with the estimate when the result is presented.
r: Have the labels of the misclassified rows checked by a pathologist.
""",
    "regression": """
o: {{model.test.r2}} shows that much of the variation remains unexplained.
o: {{model.train.r2}} exceeds {{model.test.r2}}, a clear sign of overfitting.
o: {{model.residuals.bias}} is close to neutral.
r: Add features that describe the course of the disease.
""",
    "experiment": """
o: {{experiment.margin}} separates the winner from the runner-up.
o: {{experiment.best.auc}} is convincing, given a data set of this size.
o: {{experiment.failures}} did not affect the ranking.
r: Choose the simpler of the leading models unless the margin matters.
""",
    "deployment": """
o: Half a dozen alerts would be noise, but {{deployment.error_rate}} deserves attention.
o: {{deployment.latency_p99_ms}} is above {{deployment.latency_p95_ms}}, so slow requests are rare but real.
o: {{deployment.errors.500}} points to faults of the service itself.
o: {{deployment.drift.mean_radius.psi}} is below {{deployment.drift.mean_smoothness.psi}}.
o: {{deployment.slo.error_rate.burn}} means that the budget lasts for the period.
r: Investigate the validation errors with the client that causes them.
r: Compare the drifted features with their distribution at training time.
""",
    "synthgen": """
o: {{synthgen.quality.column_shapes}} indicates that single columns are reproduced well.
o: {{synthgen.training_time}} leaves room for a longer training.
o: {{synthgen.column.magnesium.real_mean}} is close to {{synthgen.column.magnesium.synthetic_mean}}.
r: Check rare categories by hand before the table is shared.
""",
    "project": """
o: {{project.experiments}} form the basis of this report.
o: {{project.model.naivebayes_4.auc}} is below {{project.model.logisticregression_3.auc}}.
r: Agree on who looks after the models in production.
""",
    "privacy_session": """
o: {{privacy_session.finding.phone.phone_number.rate}} makes the column a candidate for masking.
o: {{privacy_session.finding.e_mail.email.matches}} were found by their form.
o: {{privacy_session.coverage}} is high enough to rely on the scan.
r: Drop columns that the study does not need.
""",
}
"""Written when the rules were done, and no rule was changed with a look at them."""

_SHEETS = {
    "model": MODEL,
    "regression": REGRESSION,
    "experiment": EXPERIMENT,
    "deployment": DEPLOYMENT,
    "synthgen": SYNTHGEN,
    "project": PROJECT,
    "privacy_session": PRIVACY,
}
ROLES: dict[str, Role] = {"o": "observation", "r": "recommendation"}


def sentences(sheets: Mapping[str, str] = _SHEETS) -> list[tuple[str, Role, str]]:
    """All of them, or all of other sheets."""
    return [
        (sample, ROLES[line[0]], line[3:]) for sample, sheet in sheets.items() for line in sheet.strip().splitlines()
    ]
