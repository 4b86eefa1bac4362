<#ftl output_format="Markdown">
<#import "compare.ftl" as c>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
<@c.opening/>

## Metrics

<#if plot>
![What was gained and lost, in points](differences.svg)

</#if>
<@c.judged/>
<@c.told/>
Levels are the baseline's and the candidate's; "better, worse" counts rows. Rows are paired and their differences summed by cluster. The p of a judged metric is that of the one-sided sign-flip test, adjusted for the number of judged
metrics (Holm); of the others it is two-sided and adjusted for theirs. FAIL: a loss that is no accident (p of 5 % at most) and not shown to be within the margin.
PASS: the 95 % interval of the difference keeps to the margin, and so does a test that knows how little rows that rarely differ tell. "Smallest loss seen" is what
such runs show in four of five tries, "clusters for the margin" how many it takes to keep to the margin in four of five tries if nothing is lost.

<#if aside?has_content>
### Side by side

From all rows of each run, with 95 % intervals where there are any.

| figure | baseline | candidate | difference |
|---|---:|---:|---:|
<#list aside as line>
| ${code(line.name)} | ${line.baseline} | ${line.candidate} | ${line.difference} |
</#list>
<#if asideMore gt 0>

And ${asideMore} more in ${code("compare.json")}.
</#if>

</#if>
## What differs

| part of the run | | how |
|---|---|---|
<#list groups as group>
| ${group.name} | <#if group.differs>**differs**<#else>the same</#if> | <#list group.says as line>${line}<#sep>; </#sep></#list><#if group.digests?has_content><#if group.says?has_content>; </#if><#list group.digests as each>${each.part} ${code(each.baseline)} → ${code(each.candidate)}<#sep>, </#sep></#list></#if> |
</#list>

<#if kernels?has_content>
### Kernels

<#list kernels as kernel>
- **${kernel.id}**: ${kernel.version}<#if kernel.contract>; what it demands of answers changed</#if>
<#list kernel.changes as change>
  - <#if change.label == "changed">${code(change.path)}: ${code(change.before)} → ${code(change.after)}<#elseif change.label == "added">${code(change.path)}: added ${code(change.after)}<#else>${code(change.path)}: removed ${code(change.before)}</#if>
</#list>
<#if kernel.more gt 0>
  - and ${kernel.more} more in ${code("compare.json")}
</#if>
</#list>
<#if kernelsMore gt 0>
- and ${kernelsMore} more in ${code("compare.json")}
</#if>

</#if>
<#if changed gt 0>
### Contracts

${changed} contract<#if changed != 1>s</#if> changed. Answers that pass, by the contracts of either run:

| arm | rows | baseline's answers, its own contracts | … the candidate's contracts | candidate's answers, the baseline's contracts | … its own contracts |
|---|---:|---:|---:|---:|---:|
<#list passes as line>
| ${line.arm()} | ${line.rows()} | ${line.baselineByBaseline()} | ${line.baselineByCandidate()} | ${line.candidateByBaseline()} | ${line.candidateByCandidate()} |
</#list>
<#if redacted gt 0>

${redacted} rows of the candidate had secrets taken out of them; they keep their verdict.
</#if>

</#if>
## Rows lost and gained

<#if outcomes?has_content>
| part | rows in both runs | say another thing | lost | gained |
|---|---:|---:|---:|---:|
<#list outcomes as line>
| <#if line.part?has_content>${line.part}<#else>all</#if> | ${line.rows} | ${line.other} | ${line.lost} | ${line.gained} |
</#list>

</#if>
<#if labels?has_content>
### By label

| part | label | | levels | Δ with 95 % interval | better, worse | p (Holm) |
|---|---|---|---|---|---|---:|
<#list labels as line>
| ${line.part} | ${line.label} | <#if line.stands>**${line.word}**<#else>${line.word}</#if> | ${line.baseline}&nbsp;→ ${line.candidate} | ${line.difference} | ${line.moved} | ${line.p} |
</#list>
<#if labelsMore gt 0>

And ${labelsMore} more whose rows moved.
</#if>

</#if>
<#if charged>
### By stage

| | rows |<#list stages as stage> ${stage} |</#list>
|---|---:|<#list stages as stage>---:|</#list>
<#list charges as line>
| ${line.part} | ${line.rows} |<@row line.cells/>
</#list>

Each row that flipped is walked again with the baseline's output of one stage (router's decision, decoder's texts, gate's verdicts) in place of the
candidate's. The first stage that alone brings the baseline's outcome back is charged. "contract": the answer is judged otherwise because its contract
changed; "together": no stage alone; "unexplained": an exchange that the rows do not hold and that could not be computed.

Charges rest on: ${bases}.
<#if obstacle?has_content>
No prompt was answered again: ${obstacle}.
</#if>

</#if>
<#if rows?has_content>
### Rows

| row | part | label | moved | stage | why |
|---|---|---|---|---|---|
<#list rows as line>
| ${line.row} | ${line.part} | ${line.label} | ${line.moved} | ${line.stage} | ${line.why} |
</#list>
<#if rowsMore gt 0>

And ${rowsMore} more in ${code("flips.csv")}; ${code("rows.jsonl")} has all with prompts, answers and checks.
</#if>

### Side by side, some of each kind

<#list details as detail>
<details><summary>${detail.row} ${detail.moved}<#if detail.part?has_content> in ${detail.part}</#if><#if detail.stage?has_content>, ${detail.stage}</#if>: ${detail.label}</summary>

<#if detail.why?has_content>
${detail.why}.

</#if>
<#if detail.asks?has_content>
${fence(detail.asks, "text")}

</#if>
${detail.table?no_esc}

<#if detail.checks?has_content>
| check | baseline | candidate | why |
|---|---|---|---|
<#list detail.checks as check>
| ${check.name} | ${check.baseline} | ${check.candidate} | ${check.reason} |
</#list>
<#if detail.checksMore gt 0>

And ${detail.checksMore} more.
</#if>

</#if>
</details>

</#list>
<#else>
No row flipped.

</#if>
## Rows added, removed and relabelled

<#if sets.same>
None: both runs have the same rows with the same labels.
<#else>
<#list sets.lists as list>
### ${list.count} ${list.change}

| row | asks | label |
|---|---|---|
<#list list.rows as line>
| ${line.id} | ${line.asks} | <#if list.change == "relabelled">${line.before} → ${line.after}<#elseif list.change == "added">${line.after}<#else>${line.before}</#if> |
</#list>
<#if list.more gt 0>

And ${list.more} more in ${code("rows.jsonl")}.
</#if>

</#list>
</#if>

<#if timing.answers>
## Times

<#if timing.arms?has_content>
What an arm takes over ${code(timing.reference)}, each prompt answered in both one right after the other, so that machine and load are in both. Geometric means:

| | baseline | candidate | candidate / baseline | rows / clusters |
|---|---:|---:|---|---:|
<#list timing.arms as line>
| ${line.arm} / ${timing.reference} | ${line.baseline} | ${line.candidate} | ${line.ratio} | ${line.rows} |
</#list>

</#if>
<#if timing.reused?has_content>
${timing.reused} rows have no times of their own in both runs, because an answer was taken over from an earlier run; they are left out.

</#if>
<#if timing.stages?has_content>
Milliseconds, geometric means over rows. Both runs name the same JDK, system and number of cores; whether it was the same machine, and what else ran on it, nothing says.
So these are told and never judged, and their intervals know of the rows alone:

| arm | stage | baseline | candidate | candidate / baseline | rows / clusters |
|---|---|---:|---:|---|---:|
<#list timing.stages as line>
| ${line.arm} | ${line.stage} | ${line.baseline} | ${line.candidate} | ${line.ratio} | ${line.rows} |
</#list>
<#elseif timing.measured gt 0>
Milliseconds are not set side by side: the environments differ<#if timing.environment?has_content> (${timing.environment})</#if>.
</#if>

</#if>
## Again

${fence("./kernelweave compare " + baseline + " " + candidate + "   # renders this page again", "")}
