<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# Self-test of the run gate, ${run}: ${verdict}

<@frame.verdict/>

${prompts} prompts in ${clusters} clusters of data set ${code(data.name())}, answered by the sound system and by variants with a fault. The gate
under test accepts losses of: ${margins}. It judges all of these at once, adjusted for their number.

## False alarms

Nothing is wrong with either run; whatever differs is chance. ${draws} comparisons of each kind. FAIL may come up in 5 %.

| answers | clusters / rows | rows whose pass differs, mean | gate: FAIL | gate: PASS or IDENTICAL | sign-flip test of pass rate, 5 % | row-wise McNemar test of pass rate, 5 % |
|---|---:|---:|---|---|---|---|
<#list alarms as line>
| ${line.kind} | ${line.size} | ${line.moved} | ${line.failed} | ${line.passed} | ${line.signFlip} | ${line.mcNemar} |
</#list>

- *generated*: the sound system answered everything several times with other draws; for each cluster, which two of these are compared is drawn.
- *disturbed*: recorded answers; in either run one cluster in eight, drawn anew for each, got wrong answers throughout, so rows of a cluster go together.

The McNemar test takes every row for independent, which rows of a cluster are not. Where few rows differ, no test raises an alarm.

## Faults

| fault | what was done | verdict over all clusters | found by | clusters with a difference | clusters it takes | rows it takes |
|---|---|---|---|---:|---:|---:|
<#list faults as line>
| ${line.name} | ${line.says} | ${line.verdict} | ${line.caught} | ${line.affected} | ${line.clusters} | ${line.rows} |
</#list>

"It takes": the fewest clusters, of the numbers below, at which at least four of five subsets of that size FAIL. A fault in one kernel concerns few clusters,
and a subset may have none of them.

![Faults found, by number of clusters](../plots/power.svg)

Share of the subsets that FAIL, ${powerDraws} for each number of clusters; in brackets those that PASS although the fault is in the system.

| fault |<#list sizes as size> ${size} |</#list>
|---|<#list sizes as size>---:|</#list>
<#list power as line>
| ${line.name} |<@row line.cells/>
</#list>

## Method

- Every answer is judged by the sound kernels' contracts, whatever variant gave it: a fault cannot judge itself.
- Recorded answers are those of all splits, planted failures included, through router, mask and gate, without retries. Generated ones are
  those of the eval split, by the n-gram model under the routed kernel's mask, one each. The router's threshold is tried on the eval split.
- Generated variants with a fault have other draws than the run that they are compared with, so that the noise of a new run is in them.
- ${code("results/*.parquet")} holds every row; this report is computed from them, ${code("run.json")} and ${code("inputs/faults.json")}, with seeded draws.

<@frame.reproduce again="tries everything again" measured="Measured"/>
