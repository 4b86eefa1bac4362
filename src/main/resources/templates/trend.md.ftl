<#ftl output_format="Markdown">
# Trend: <#if alarms?has_content>${alarms?size} open alarm<#if alarms?size gt 1>s</#if><#else>no open alarm</#if>

${runs} complete run<#if runs != 1>s</#if> of ${jobs?size} job<#if jobs?size != 1>s</#if>.
<#list alarms as alarm>
- ${alarm}
</#list>

An alarm is a change for the worse of a metric of which it is known what is better, with nothing that has made up for it since. Changes are found by E-divisive, tested
against random orders of the same figures, and told if they stand out among those of all metrics of the job (of the changes that are told, one in twenty is none, on
average). Noise moves the place that is found, so the cause is *near* the run that is named. Figures before and after a change of data or environment are
not compared.
<#list jobs as job>

## ${job.name}

${job.count} run<#if job.count != 1>s</#if> from ${job.first} to ${job.last}; the newest, ${code(job.newest)}, is ${job.verdict}.
<#list job.breaks as each>
- From ${code(each.run)} (${each.day}) on, ${each.changed} is another: figures before and after are not compared.
</#list>
<#if job.lines?has_content>

| metric | first level | level | difference | last | | last change |
|---|---:|---:|---:|---:|---|---|
<#list job.lines as line>
| <#if line.alarm>**alarm** </#if>${code(line.metric)}<#if line.followed> (followed)</#if> | ${line.baseline} | ${line.level} | ${line.difference} | ${line.last} | ${line.spark} | ${line.change} |
</#list>
</#if>
<#if job.quiet gt 0>

${job.quiet} other metrics show no change.
</#if>
<#list job.plots as plot>

![${plot.metric}](${plot.file})
</#list>
</#list>
