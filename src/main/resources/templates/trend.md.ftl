<#ftl output_format="Markdown">
# Trend: <#if alarms?has_content>${alarms?size} open alarm<#if alarms?size gt 1>s</#if><#else>no open alarm</#if>

${runs} complete run<#if runs != 1>s</#if> of ${jobs?size} job<#if jobs?size != 1>s</#if>.
<#list alarms as alarm>
- ${alarm}
</#list>
<#if unknown?has_content>

Open when the data or the environment became another; whether they still are is unknown:
<#list unknown as each>
- ${each}
</#list>
</#if>

An alarm is a change for the worse of a metric of which it is known what is better, of which later changes made up for less than half. Changes are found by E-divisive,
tested against random orders of the same figures, and told if they stand out among those of all metrics that the job follows, or of all others (of the changes that are told, one in
fifty is none, on average). It takes four runs on each side to see one, and noise moves the place that is found, so the cause is *near* the run that is named. Figures before and after a
change of data or environment are not compared, and no line crosses it.
<#list jobs as job>

## ${job.name}

${job.count} run<#if job.count != 1>s</#if><#if job.first == job.last> of ${job.first}<#else> from ${job.first} to ${job.last}</#if>; the newest, ${code(job.newest)}, is ${job.verdict}. Levels are set against
<#if job.baseline?has_content>that of the pinned baseline, ${code(job.baseline)}<#else>the first<#if job.breaks?has_content> since the last break</#if>; no baseline is pinned</#if>.
<#list job.breaks as each>
- From ${code(each.run)} (${each.day}) on, ${each.changed} is another: figures before and after are not compared.
</#list>
<#if job.lines?has_content>

| metric | baseline level | level | difference | last | course | last change |
|---|---:|---:|---:|---:|---|---|
<#list job.lines as line>
| <#if line.alarm>**alarm** </#if>${code(line.metric)}<#if line.followed> (followed)</#if> | ${line.baseline} | ${line.level} | ${line.difference} | ${line.last} | ${line.spark} | ${line.change} |
</#list>
</#if>
<#list job.plots as plot>

![${plot.metric}](${plot.file})

<#list plot.changes as change>
${change?counter}. ${code(plot.metric)} ${change}
</#list>
</#list>
<#if job.quiet?has_content>

<details><summary>${job.quiet?size} metrics that are not followed and show no change</summary>

| metric | level | last | course |
|---|---:|---:|---|
<#list job.quiet as line>
| ${code(line.metric)} | ${line.level} | ${line.last} | ${line.spark} |
</#list>

</details>
</#if>
</#list>
