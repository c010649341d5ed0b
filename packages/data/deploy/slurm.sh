#!/bin/sh
# 64 tasks make one data set in a shared folder: sbatch slurm.sh /shared/groups
# Run it again after a time limit or a failure: whole shards are kept.
#SBATCH --job-name=onegt-groups
#SBATCH --array=0-63
#SBATCH --cpus-per-task=2
#SBATCH --mem=3G
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@60
##SBATCH --gres=gpu:1
set -eu

out="${1:?usage: sbatch slurm.sh FOLDER}"
# Slurm's own count, so that `sbatch --array=0-15 slurm.sh FOLDER` works too.
exec npx onegt-data render groups --count 50000 --size 256 --seed 0 --shard "${SLURM_ARRAY_TASK_ID}/${SLURM_ARRAY_TASK_COUNT}" --out "$out"
