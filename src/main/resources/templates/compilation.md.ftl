<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
# What is learned from traces, ${run}: ${verdict}

<@frame.verdict/>

${description} Conditions are mined from the traces of half of the tasks and tried on those of the other half: does a trace that satisfies more of them
succeed more often? No attempt at a task is ever on both sides, and of a trace its steps alone are seen.

| source | traces | tasks | successes | failures | splits with both |
|---|---:|---:|---:|---:|---:|
<#list sources as line>
| ${line.name} | ${line.traces} | ${line.tasks} | ${line.successes} | ${line.failures} | ${line.splits} |
</#list>

## Success on tasks that were not learned from

AUROC: the chance that a success has a higher score than a failure (0.5: the score says nothing; 1: it says all). Mean over ${splits} splits.

| source | mined conditions | number of steps alone | difference | chance (lowest to highest of ${permutations}) | p | wanted | |
|---|---|---|---|---|---:|---:|---|
<#list sources as line>
| ${line.name} | ${line.auroc} | ${line.length} | ${line.difference} | ${line.chance} | ${line.p} | ${line.wanted} | ${line.met} |
</#list>

![AUROC for success on held-out tasks](../plots/forest.svg)

Where the evidence suffices, the conditions also give a verdict:

| source | traces with a verdict | successes among PASS | PASS among successes with a verdict |
|---|---|---|---|
<#list sources as line>
| ${line.name} | ${line.covered} | ${line.precision} | ${line.recall} |
</#list>
<#if repeats?has_content>

## Other attempts at the same tasks

| source | learned from | judged | attempts judged | with a verdict | successes among PASS | PASS among successes with a verdict | right verdicts | AUROC |
|---|---|---|---:|---|---|---|---|---|
<#list repeats as line>
| ${line.name} | ${line.field} ${line.learn} | ${line.field} ${line.judge} | ${line.traces} | ${line.covered} | ${line.precision} | ${line.recall} | ${line.accuracy} | ${line.auroc} |
</#list>
</#if>
<#if foresight?has_content>

## The next step

| source | foretold with the kernel | without | bits a step with the kernel | without | compression |
|---|---|---|---|---|---|
<#list foresight as line>
| ${line.name} | ${line.top1} | ${line.plainTop1} | ${line.bits} | ${line.plainBits} | ${line.compression} |
</#list>

A kernel is compiled of the half that is learned from. Of each step of a held-out trace, or that it stops: was it the one foretold from those before it? Then the bits that it
takes to write a step down with its arguments, with the kernel and without one by the same code. Compression is the length of
the held-out traces of a split without a kernel, over that of the kernel and the traces with it.
</#if>

## What was tried, and where the limit lies

AUROC by kinds of conditions: of what each adds to the score, and of all together.

| source |<#list limits.kinds as kind> ${kind} |</#list> all |
|---|<#list limits.kinds as kind>---:|</#list>---:|
<#list limits.lines as line>
| ${line.name} |<@row line.kinds/> ${line.curve?last} |
</#list>

AUROC where less is learned from, on the very traces that were learned from, and by the task alone.

| source |<#list limits.shares as share> ${share} % of the half |</#list> all of the half | tasks in the half | on the traces learned from | by how other attempts at the task ended |
|---|<#list limits.shares as share>---:|</#list>---:|---:|---:|---:|
<#list limits.lines as line>
| ${line.name} |<@row line.curve/> ${line.tasks} | ${line.seen} | ${line.task} |
</#list>

<#list limits.missed as line>
- ${line}
<#else>
No target was missed.
</#list>

## What was mined

From each source as a whole, to be read; the figures above rest on what was mined within each split.

<#list clauses as source>
### ${source.name}

${source.all} clauses, ${source.telling} of them discriminative<#if source.lines?size gt 0>; the first ${source.lines?size}</#if>.

<#if source.lines?has_content>
| clause | condition | part | label | holds on successes | on failures | at least, of successes | adjusted p | weight |
|---|---|---|---|---:|---:|---:|---:|---:|
<#list source.lines as line>
| ${line.name} | ${code(line.condition)} | ${line.part} | ${line.label} | ${line.successes} | ${line.failures} | ${line.low} | ${line.p} | ${line.weight} |
</#list>
</#if>

</#list>
<#if errors?has_content>
## Not tried

| split | why |
|---|---|
<#list errors as line>
| ${code(line.row)} | ${line.message} |
</#list>

</#if>
## Method

- **Splits.** The tasks of a source are shuffled with a seed and cut in halves, ${splits} times; conditions are mined from one half and score the traces of the other.
- **Intervals.** A resample draws as many tasks as there are, with replacement; a trace counts as often as its task was drawn, in each split in which it was held
  out; the mean over splits is taken of each resample. Of ${resamples} such means the interval is the middle 95 %. Nothing is mined anew in a resample: it speaks of other
  tasks of the same sort, judged by what was learned here.
- **Number of steps.** More steps or fewer, whichever goes with success in training.
- **Chance.** The outcomes are permuted among the training traces, ${permutations} times in each split, and conditions mined from that. p counts the permutations that do as well as
  the true outcomes, these among them. A half is expected where conditions lean to neither side by themselves.
- **Kinds.** *process*: which tools are called, and whether they fail; *count*: how much there is of something; *overlap*: how many words of one text another has;
  *verbatim*: which arguments stand in a text as they are; *amount*: whether amounts stay within what was given; *phrase*: two or three words of what was said last;
  *words*: single words. A condition's weight is learned beside all others, so a kind's part is not what it would reach had it been learned alone.
- **Choice of kinds.** Which kinds of conditions there are was chosen with held-out figures of tau-bench airline, WebShop and HotpotQA in view (about 820 configurations; decision 0018),
  not within the training halves: figures on those sources are optimistic.
- **By the task.** Of a trace whose task was tried more than once, the share of successes among the other attempts. Without held-out attempts nobody knows it.
- **Labels.** *discriminative*: tells successes from failures beyond chance, when so many conditions are tried; *consistent*: holds on nearly all successes, but on
  failures as well; *provisional*: holds on what was seen, which is too little for either. "At least" is the lower end of Wilson's interval.
- **What is seen.** A trace's steps. Goals, right actions, rewards and whatever else a source has beside the steps are not learned from; success is the label of training
  traces, the task only groups attempts<#if repeats?has_content>, and ${code(repeats[0].field)} tells attempts apart that are learned from and that are judged</#if>.
- ${code("results/*.parquet")} holds every held-out trace of every split with its scores; this report is computed from these and ${code("inputs/traces.json")}.

<@frame.reproduce again="learns everything again" measured="Learned"/>
